/// A `multipart/form-data` body (RFC 7578) in memory.
struct FormBody: Sendable, Equatable {
    struct File: Sendable, Equatable {
        var field: String
        var name: String
        var type: String
        var bytes: [UInt8]
    }

    var fields: [(name: String, value: String)]
    var file: File

    static func == (a: FormBody, b: FormBody) -> Bool {
        a.file == b.file && a.fields.elementsEqual(b.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    /// - Parameter boundary: what no part contains.
    func bytes(boundary: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(file.bytes.count + 2048)
        func head(_ name: String, _ more: String = "") -> [UInt8] {
            Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\"\(more)\r\n\r\n".utf8)
        }
        for field in fields { body += head(field.name) + Array("\(field.value)\r\n".utf8) }
        let type = file.type.filter { !$0.isNewline }
        body += head(file.field, "; filename=\"\(Self.quoted(file.name))\"\r\nContent-Type: \(type)")
        body += file.bytes
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        return body
    }

    /// As browsers write names (HTML, 4.10.21.8).
    private static func quoted(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "%22"
            case "\r": text += "%0D"
            case "\n": text += "%0A"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
