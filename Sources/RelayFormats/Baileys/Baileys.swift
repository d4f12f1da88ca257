public import RelayCore
internal import RelayJSON

/// The events of Baileys as a bridge posts them: `{session, event, data}` with the argument of the event's handler as
/// `data`, or an array of such. The envelope of fazer-ai/baileys-api (`{event, data, extra, webhookVerifyToken}`) is
/// one of them; its token goes no further, its files beside the event (reference whatsapp.md, A1 and A2).
public struct Baileys: EventFormat {
    public static let name = "baileys"
    public static let summary = "Documents of a bridge that posts Baileys' events, or of fazer-ai/baileys-api."
    public static let secretField: String? = "webhookVerifyToken"

    public init() {}

    public func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        let envelopes = try Document(document).envelopes(of: Self.name)
        let sessionName = SessionName(context: context, envelopes: envelopes)
        var events: [NewEvent] = []
        for (envelope, pointer) in envelopes {
            let name = try Self.eventName(of: envelope, at: pointer)
            let reader = BaileysReader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                account: envelope["me"] ?? envelope["user"],
                files: envelope["extra"]?["media"]?.object ?? JSONObject()
            )
            events += try reader.events(named: name, data: envelope["data"] ?? .null, at: pointer + "/data")
        }
        return events
    }

    private static func eventName(of envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        guard let name = envelope.text("event") else {
            throw FormatError(
                .notAnEvent,
                "A document of Baileys names its event: {\"session\": …, \"event\": \"messages.upsert\", \"data\": …}.",
                pointer: pointer + "/event"
            )
        }
        guard BaileysReader.handled.contains(name) || EventName.isPlausible(name) else {
            throw FormatError(
                .notAnEvent,
                "This is no event of Baileys; their names are like \"messages.upsert\" or \"message-receipt.update\".",
                pointer: pointer + "/event"
            )
        }
        return name
    }
}
