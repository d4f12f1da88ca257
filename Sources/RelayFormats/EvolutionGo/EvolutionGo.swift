public import RelayCore
internal import RelayJSON

/// The webhooks of Evolution Go: `{event, data, instanceId, instanceName, instanceToken}` with the events of whatsmeow
/// as `data`, or an array of such. The envelope of its wiki (`{event: "MESSAGE", instance, data}` with messages in
/// Baileys' form) is read as well (reference whatsapp.md, A4). The `instanceToken` goes no further.
public struct EvolutionGo: EventFormat {
    public static let name = "evolution_go"
    public static let summary = "Documents of Evolution Go."
    public static let secretField: String? = "instanceToken"

    private static let sessionFields = ["instanceName", "instance", "instanceId", "session", "sessionId"]

    public init() {}

    public func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        var envelopes = try Document(document).envelopes(of: Self.name)
        for index in envelopes.indices { envelopes[index].envelope = Self.named(envelopes[index].envelope) }
        let sessionName = SessionName(context: context, envelopes: envelopes, fields: Self.sessionFields)
        var events: [NewEvent] = []
        for (envelope, pointer) in envelopes {
            let name = try Self.eventName(of: envelope, at: pointer)
            let reader = EvolutionGoReader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                envelope: envelope
            )
            events += try reader.events(named: name, data: envelope["data"] ?? .null, at: pointer + "/data")
        }
        return events
    }

    /// The envelope with a name that may be a session's id in front, if there is one: people call instances what they
    /// like, and then the instance's own id counts.
    private static func named(_ envelope: JSONObject) -> JSONObject {
        guard let id = sessionFields.lazy.compactMap({ envelope.text($0) }).first(where: { Session.isValid(id: $0) })
        else { return envelope }
        var named = envelope
        named["instanceName"] = .string(id)
        return named
    }

    /// The event's name in small letters: `Message`, `message` and the wiki's `MESSAGE` are one.
    private static func eventName(of envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        guard let written = envelope.text("event") else {
            throw FormatError(
                .notAnEvent,
                "A document of Evolution Go names its event: {\"event\": \"Message\", \"data\": …, \"instanceId\": …}.",
                pointer: pointer + "/event"
            )
        }
        let name = written.lowercased().filter { $0 != "_" }
        guard EvolutionGoReader.handled.contains(name) || isWhatsmeows(written) else {
            throw FormatError(
                .notAnEvent,
                "This is no event of Evolution Go; their names are like \"Message\" or \"CallOffer\". Evolution API has a format of its own, evolution.",
                pointer: pointer + "/event"
            )
        }
        guard envelope.contains("data") else {
            throw FormatError(
                .notAnEvent, "A document of Evolution Go has \"data\" beside \"event\".", pointer: pointer + "/data")
        }
        return name
    }

    /// One word that begins with a capital and has small letters: whatsmeow has more events than the relay reads.
    private static func isWhatsmeows(_ name: String) -> Bool {
        let letters = Array(name.utf8)
        return letters.first.map { (0x41...0x5A).contains($0) } == true
            && letters.contains { (0x61...0x7A).contains($0) }
            && letters.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }
}
