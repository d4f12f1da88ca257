public import RelayCore
internal import RelayJSON

/// The webhooks of WAHA, whichever engine it runs (WEBJS, NOWEB, GOWS): `{id, timestamp, event, session, me, payload,
/// engine}`, or an array of such (reference whatsapp.md, A6).
public struct WAHA: EventFormat {
    public static let name = "waha"
    public static let summary = "Documents of WAHA, with any of its engines."

    public init() {}

    public func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        let envelopes = try Document(document).envelopes(of: Self.name)
        let sessionName = SessionName(context: context, envelopes: envelopes)
        var events: [NewEvent] = []
        for (envelope, pointer) in envelopes {
            let name = try Self.eventName(of: envelope, at: pointer)
            let reader = WAHAReader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                envelope: envelope
            )
            events += try reader.events(named: name, payload: envelope["payload"], at: pointer + "/payload")
        }
        return events
    }

    private static func eventName(of envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        guard let name = envelope.text("event") else {
            throw FormatError(
                .notAnEvent,
                "A document of WAHA names its event: {\"event\": \"message\", \"session\": …, \"payload\": {…}}.",
                pointer: pointer + "/event"
            )
        }
        guard WAHAReader.handled.contains(name) || EventName.isPlausible(name) else {
            throw FormatError(
                .notAnEvent,
                "This is no event of WAHA; their names are like \"message\", \"message.ack\" or \"session.status\".",
                pointer: pointer + "/event"
            )
        }
        return name
    }
}
