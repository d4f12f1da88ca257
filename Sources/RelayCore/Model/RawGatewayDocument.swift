package import RelayJSON

/// A gateway's document about one event, unchanged. Destinations that take documents get it instead of the event.
package struct RawGatewayDocument: Sendable, Hashable {
    /// JSON in UTF-8; byte for byte what was received, when ``signature`` is to hold.
    package var bytes: [UInt8]
    /// The value of `X-Hub-Signature-256` of exactly these bytes; nil: there was none, or the bytes are a part of
    /// the document.
    package var signature: String?

    package init(bytes: [UInt8], signature: String? = nil) {
        self.bytes = bytes
        self.signature = signature
    }

    /// As a delivery's body has it: `{"document": "…", "signature": "sha256=…"}`.
    package var json: JSONObject {
        var object: JSONObject = ["document": .string(String(decoding: bytes, as: UTF8.self))]
        if let signature { object["signature"] = .string(signature) }
        return object
    }

    /// Reads what ``json`` has written; nil when it is something else.
    package init?(_ json: JSON) {
        guard let document = json["document"]?.string else { return nil }
        self.init(bytes: Array(document.utf8), signature: json["signature"]?.string)
    }
}
