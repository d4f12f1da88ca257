public import RelayCore
internal import RelayJSON

/// The webhooks of Evolution API v2 (and v1): `{event, instance, data, sender, server_url, date_time, apikey}`, or an
/// array of such (reference whatsapp.md, A3). The `apikey` goes no further.
public struct Evolution: EventFormat {
    public static let name = "evolution"
    public static let summary = "Documents of Evolution API v2."
    public static let secretField: String? = "apikey"

    private static let sessionFields = ["instance", "instanceName", "session", "sessionId"]

    public init() {}

    public func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        var envelopes = try Document(document).envelopes(of: Self.name)
        for index in envelopes.indices { envelopes[index].envelope = Self.named(envelopes[index].envelope) }
        let addressed = SessionName(context: context, envelopes: envelopes, fields: Self.sessionFields)
        var alone = context
        alone.session = nil
        let named = SessionName(context: alone, envelopes: envelopes, fields: Self.sessionFields)
        let address = context.session.map { Self.words($0).joined(separator: ".") }
        var events: [NewEvent] = []
        for (envelope, pointer) in envelopes {
            let name = try Self.eventName(of: envelope, at: pointer)
            // With "webhook by events" the address ends in the event's name: …/messages-upsert. That is no session.
            let sessionName = address == name ? named : addressed
            let reader = EvolutionReader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                envelope: envelope
            )
            events += try reader.events(named: name, data: envelope["data"] ?? .null, at: pointer + "/data")
        }
        return events
    }

    /// The envelope with the instance's name as a text: some versions put an object there.
    private static func named(_ envelope: JSONObject) -> JSONObject {
        guard let instance = envelope["instance"]?.object else { return envelope }
        var named = envelope
        named["instance"] = ["instanceName", "name", "instanceId"].lazy.compactMap { instance[$0] }.first ?? .null
        return named
    }

    /// The event's name in lower case with dots: `messages.upsert`, `MESSAGES_UPSERT` and `messages-upsert` are one.
    private static func eventName(of envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        guard let written = envelope.text("event") else {
            throw FormatError(
                .notAnEvent,
                "A document of Evolution API names its event: {\"event\": \"messages.upsert\", \"instance\": …, \"data\": …}.",
                pointer: pointer + "/event"
            )
        }
        let name = words(written)
        let isName = name.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard isName, name.count > 1 || name.first == "call" else {
            throw FormatError(
                .notAnEvent,
                "This is no event of Evolution API; their names are like \"messages.upsert\". Evolution Go has a format of its own, evolution_go.",
                pointer: pointer + "/event"
            )
        }
        guard envelope.contains("data") || envelope.contains("instance") else {
            throw FormatError(
                .notAnEvent,
                "A document of Evolution API has \"data\" and \"instance\" beside \"event\".",
                pointer: pointer + "/data"
            )
        }
        return name.joined(separator: ".")
    }

    private static func words(_ name: String) -> [Substring] {
        name.lowercased().split(omittingEmptySubsequences: false) { "._-".contains($0) }
    }
}
