public import RelayCore
internal import RelayJSON

/// The webhooks of gowa (go-whatsapp-web-multidevice): `{event, device_id, session_id, timestamp, payload}`, or an
/// array of such (reference whatsapp.md, A7).
///
/// Without a session in the address, `session_id` names it; where that is missing or a free text, `device_id` does,
/// by the digits of its phone number.
public struct Gowa: EventFormat {
    public static let name = "gowa"
    public static let summary = "Documents of go-whatsapp-web-multidevice."

    public init() {}

    public func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        let envelopes = try Document(document).envelopes(of: Self.name).map { (Self.named($0.envelope), $0.pointer) }
        let sessionName = SessionName(
            context: context,
            envelopes: envelopes.map { (envelope: $0.0, pointer: $0.1) },
            fields: ["session_id", "device_id"]
        )
        var events: [NewEvent] = []
        for (envelope, pointer) in envelopes {
            let name = try Self.eventName(of: envelope, at: pointer)
            let reader = GowaReader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                own: envelope.address("device_id")
                    ?? envelope.text("device_id").flatMap { JID($0 + "@s.whatsapp.net") },
                sentAt: WireTime.timestamp(envelope["timestamp"])
            )
            events += try reader.events(named: name, payload: envelope["payload"], at: pointer + "/payload")
        }
        return events
    }

    /// The envelope with the names that may be a session's: a device goes by its phone number, and a session's free
    /// text (`My account`) gives way to the device.
    private static func named(_ envelope: JSONObject) -> JSONObject {
        var named = envelope
        for field in ["session_id", "device_id"] {
            guard let text = envelope[field]?.string else { continue }
            named[field] = text.isEmpty ? nil : .string(JID(text).map { $0.phone ?? $0.description } ?? text)
        }
        if let session = named["session_id"]?.string, named["device_id"] != nil, !Session.isValid(id: session) {
            named["session_id"] = nil
        }
        return named
    }

    private static func eventName(of envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        guard let name = envelope.text("event") else {
            throw FormatError(
                .notAnEvent,
                "A document of gowa names its event: {\"event\": \"message\", \"device_id\": …, \"payload\": {…}}.",
                pointer: pointer + "/event"
            )
        }
        guard GowaReader.handled.contains(name) || EventName.isPlausible(name) else {
            throw FormatError(
                .notAnEvent,
                "This is no event of gowa; their names are like \"message\", \"message.ack\" or \"chat_presence\".",
                pointer: pointer + "/event"
            )
        }
        return name
    }
}
