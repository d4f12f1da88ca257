package import RelayCore
internal import RelayJSON

/// The webhooks of gowa (go-whatsapp-web-multidevice): `{event, device_id, session_id, timestamp, payload}`, or an
/// array of such (reference whatsapp.md, A7).
///
/// Without a session in the address, `session_id` names it; where that is missing or a free text, `device_id` does,
/// by the digits of its phone number.
package struct GowaFormat: EventFormat, EnvelopeFormat {
    package static let name = "gowa"
    package static let summary = "Documents of go-whatsapp-web-multidevice."

    typealias Reader = GowaReader
    static let gateway = "gowa"
    static let sessionFields = ["session_id", "device_id"]
    static let dataField = "payload"
    static let example = #"{"event": "message", "device_id": …, "payload": {…}}"#
    static let exampleNames = #""message", "message.ack" or "chat_presence""#

    package init() {}

    package func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        try Self.read(document, context)
    }

    /// The envelope with the names that may be a session's: a device goes by its phone number, and a session's free
    /// text (`My account`) gives way to the device.
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
