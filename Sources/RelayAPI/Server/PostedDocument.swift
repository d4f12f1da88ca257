internal import HTTPTypes
internal import NIOHTTP1
internal import RelayCore

/// A document that was posted to a source and has arrived completely, with what the source may ask about its request.
struct PostedDocument: Sendable {
    /// The name of the source.
    let source: String
    /// The components of the path after the source.
    let path: [String]
    let body: [UInt8]
    private let headers: HTTPHeaders

    init(_ head: PostedDocumentHead, body: [UInt8]) {
        source = head.source
        path = head.path
        headers = head.headers
        self.body = body
    }

    /// The value of a header field, as ``APIHandlerRequest/header(_:)`` returns it.
    func header(_ name: String) -> String? {
        let values = fields(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// The values of all header fields of a name, as ``APIHandlerRequest/headerFields(_:)`` returns them.
    func fields(_ name: String) -> [String] {
        // The host is part of the URL there.
        guard let field = HTTPField.Name(name), field.canonicalName != "host" else { return [] }
        return headers[name].map { HTTPField(name: field, value: $0).value }
    }
}

/// The head of a request that posts a document to a source, in the form that nearly all gateways use.
struct PostedDocumentHead: Sendable {
    let source: String
    /// The components of the path after the source.
    let path: [String]
    let headers: HTTPHeaders
    /// Bytes of the body.
    let length: Int

    /// Nil for any other request, and for one that the router has to look at: with a query, an encoded path, a body that is
    /// too large, empty, of unknown length or of another type, or with header fields about the connection.
    /// - Parameter maximumLength: in bytes.
    init?(_ head: HTTPRequestHead, maximumLength: Int) {
        guard head.method == .POST, head.version == .http1_1, let parts = Self.parts(of: head.uri) else { return nil }
        var length: Int?
        var type: String?
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 6 where name.isSame("cookie") || name.isSame("expect"): return nil
            case 7 where name.isSame("upgrade") || name.isSame("trailer"): return nil
            case 10 where name.isSame("connection"):
                guard value.isSame("keep-alive") else { return nil }
            case 12 where name.isSame("content-type"):
                guard type == nil, ContentTypeRules.isJSONOrText(value) else { return nil }
                type = value
            case 14 where name.isSame("content-length"):
                guard length == nil, let count = Int(value), (1...maximumLength).contains(count) else { return nil }
                length = count
            case 17 where name.isSame("transfer-encoding"): return nil
            default: break
            }
        }
        guard let length else { return nil }
        source = parts[0]
        path = Array(parts.dropFirst())
        headers = head.headers
        self.length = length
    }

    /// The source, and the components of the path after it.
    private static func parts(of uri: String) -> [String]? {
        let start = "/in/".utf8.count
        guard uri.hasASCIIPrefix("/in/"),
            uri.allBytesSatisfy({ byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
                default: false
                }
            })
        else { return nil }
        let parts = uri.utf8.dropFirst(start).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard (1...3).contains(parts.count), parts.allSatisfy({ Session.isValid(id: $0) }) else { return nil }
        return parts
    }
}

extension String {
    /// Whether both are the same, apart from the case of ASCII letters.
    fileprivate func isSame(_ other: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            let other = UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
            guard bytes.count == other.count else { return false }
            for index in 0..<bytes.count where bytes[index] | 0x20 != other[index] | 0x20 { return false }
            return true
        }
    }
}
