package import RelayJSON

/// A gateway's document, unchanged: about one event (``ParsedEvent/raw``), or the whole document as it was posted, which
/// an event of the type ``EventType/documentReceived`` has. Destinations that take documents get it instead of the event.
package struct RawGatewayDocument: Sendable, Hashable {
    /// A header field that came with the document.
    package struct HeaderField: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Byte for byte what was received, when a signature is to hold.
    package var bytes: [UInt8]
    /// Those that are kept of the header fields. A signature is of exactly these bytes.
    package var headers: [HeaderField]

    /// Meta's signature of a document.
    package static let signatureHeader = "X-Hub-Signature-256"

    package init(bytes: [UInt8], headers: [HeaderField] = []) {
        self.bytes = bytes
        self.headers = headers
    }

    package init(bytes: [UInt8], signature: String?) {
        self.init(
            bytes: bytes, headers: signature.map { [HeaderField(name: Self.signatureHeader, value: $0)] } ?? [])
    }

    /// The value of ``signatureHeader``; nil: there was none, or the bytes are a part of the document.
    package var signature: String? { header(Self.signatureHeader) }

    /// The first value.
    /// - Parameter name: in any case.
    package func header(_ name: String) -> String? { values(of: name).first }

    /// The values of all fields of a name, in the order in which they came.
    /// - Parameter name: in any case.
    package func values(of name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// As a delivery's body has it: `{"document": "…", "headers": [["X-Hub-Signature-256", "sha256=…"]]}`. Bytes that are
    /// no UTF-8 are in `document_base64`.
    package var json: JSONObject {
        var object = JSONObject()
        if let text = String(validating: bytes, as: UTF8.self) {
            object["document"] = .string(text)
        } else {
            object["document_base64"] = .string(Base64.encode(bytes))
        }
        if !headers.isEmpty { object["headers"] = Self.json(headers) }
        return object
    }

    /// Reads what ``json`` has written, in earlier versions with `signature` in place of `headers`; nil when it is
    /// something else.
    package init?(_ json: JSON) {
        let encoded = json["document_base64"]?.string.flatMap { Base64.decode($0) }
        guard let bytes = json["document"]?.string.map({ Array($0.utf8) }) ?? encoded else { return nil }
        self.init(bytes: bytes, signature: json["signature"]?.string)
        if let headers = json["headers"] { self.headers = Self.headers(headers) }
    }

    /// Header fields as a list of pairs.
    package static func json(_ headers: [HeaderField]) -> JSON {
        .array(headers.map { [.string($0.name), .string($0.value)] })
    }

    package static func headers(_ json: JSON) -> [HeaderField] {
        (json.array ?? []).compactMap { pair in
            guard let name = pair[0]?.string, let value = pair[1]?.string else { return nil }
            return HeaderField(name: name, value: value)
        }
    }
}
