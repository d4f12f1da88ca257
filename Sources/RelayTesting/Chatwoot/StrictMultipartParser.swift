/// A strict parser of `multipart/form-data` (RFC 7578): a body that is not valid in every detail is rejected.
enum StrictMultipartParser {
    struct Part {
        var field = ""
        var fileName: String?
        var type: String?
        var bytes: [UInt8] = []
    }

    static func parse(_ body: [UInt8], contentType: String) throws(ChatwootDoubleRefusalError) -> [Part] {
        guard let boundary = parameter("boundary", of: contentType) else { throw .unreadable }
        let marker = Array("--\(boundary)".utf8)
        guard body.starts(with: marker) else { throw .unreadable }
        let separator = [13, 10] + marker
        var parts: [Part] = []
        var place = marker.count
        while true {
            if body[place...].starts(with: [45, 45]) { return parts }
            guard body[place...].starts(with: [13, 10]) else { throw .unreadable }
            place += 2
            guard let headEnd = find([13, 10, 13, 10], in: body, from: place),
                let end = find(separator, in: body, from: headEnd + 2)
            else { throw .unreadable }
            var part = try head(String(decoding: body[place..<headEnd], as: UTF8.self))
            if headEnd + 4 <= end { part.bytes = Array(body[(headEnd + 4)..<end]) }
            parts.append(part)
            place = end + separator.count
        }
    }

    private static func head(_ text: String) throws(ChatwootDoubleRefusalError) -> Part {
        var part = Part()
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw .unreadable }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard let field = parameter("name", of: value) else { throw .unreadable }
                part.field = field
                part.fileName = parameter("filename", of: value)
            case "content-type": part.type = value
            default: break
            }
        }
        guard !part.field.isEmpty else { throw .unreadable }
        return part
    }

    /// A parameter of a header, quoted or not.
    static func parameter(_ name: String, of header: String) -> String? {
        var rest = header[...]
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0 == " " }
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let isIt = rest[..<equals].lowercased() == name
            rest = rest[rest.index(after: equals)...]
            guard rest.first == "\"" else {
                let value = rest.prefix { $0 != ";" }
                if isIt { return String(value) }
                rest = rest[value.endIndex...]
                continue
            }
            rest = rest.dropFirst()
            var value = ""
            while let character = rest.popFirst(), character != "\"" {
                // Browsers write a quote as %22 (WHATWG), other clients as \".
                if character == "\\", rest.first == "\"" {
                    value.append(rest.removeFirst())
                } else {
                    value.append(character)
                }
            }
            if isIt { return value }
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        guard needle.count <= body.count, start <= body.count - needle.count else { return nil }
        return body.withUnsafeBufferPointer { body in
            needle.withUnsafeBufferPointer { needle in
                var place = start
                while place <= body.count - needle.count {
                    if body[place] == needle[0], (1..<needle.count).allSatisfy({ body[place + $0] == needle[$0] }) {
                        return place
                    }
                    place += 1
                }
                return nil
            }
        }
    }
}
