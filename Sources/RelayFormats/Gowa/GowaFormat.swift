package import RelayCore
internal import RelayJSON

/// Webhooks of gowa (go-whatsapp-web-multidevice): `{event, device_id, session_id, timestamp, payload}`, or an array of
/// such objects (reference whatsapp.md, A7).
///
/// The session comes from the URL, else from `session_id`. When that is missing or is free text, the session is the
/// digits of the phone number in `device_id`.
package struct GowaFormat: SourceFormat, GatewayEnvelopeFormat {
    package static let name = "gowa"
    package static let summary = "Documents of go-whatsapp-web-multidevice."
    package static let eventTypes: Set<EventType>? = Set(EventType.reported.filter { $0.category != "session" })

    typealias Reader = GowaReader
    static let gateway = "gowa"
    static let sessionFields = ["session_id", "device_id"]
    static let dataField = "payload"
    static let example = #"{"event": "message", "device_id": …, "payload": {…}}"#
    static let exampleNames = #""message", "message.ack" or "chat_presence""#

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        try Self.read(document, context)
    }

    /// The envelope with its session candidates normalized: a JID becomes the digits of its phone number, and a
    /// `session_id` that is free text (`My account`) is removed when there is a `device_id`.
    static func opened(_ envelope: JSONObject) -> JSONObject {
        var opened = envelope
        for field in sessionFields {
            guard let text = envelope[field]?.string else { continue }
            opened[field] = text.isEmpty ? nil : .string(JID(text).map { $0.phone ?? $0.description } ?? text)
        }
        if let session = opened["session_id"]?.string, opened["device_id"] != nil, !Session.isValid(id: session) {
            opened["session_id"] = nil
        }
        return opened
    }
}
