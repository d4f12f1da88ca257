package import RelayCore
internal import RelayJSON

/// Webhooks of Evolution API v2 (and v1): `{event, instance, data, sender, server_url, date_time, apikey}`, or an array
/// of such objects (reference whatsapp.md, A3). The `apikey` is dropped.
package struct EvolutionFormat: SourceFormat, GatewayEnvelopeFormat {
    package static let name = "evolution"
    package static let summary = "Documents of Evolution API v2."
    package static let secretField: String? = "apikey"

    typealias Reader = EvolutionReader
    static let gateway = "Evolution API"
    static let sessionFields = ["instance", "instanceName", "session", "sessionId"]
    static let dataField = "data"
    static let example = #"{"event": "messages.upsert", "instance": …, "data": …}"#
    static let exampleNames = #""messages.upsert". Evolution Go has a format of its own, evolution_go"#

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        try Self.read(document, context)
    }

    /// Whether a path segment is an event name. With "webhook by events", Evolution appends the event's name to the
    /// URL, with hyphens: `…/messages-upsert`.
    package static func namesEvent(_ pathSegment: String) -> Bool { pathSegments.contains(pathSegment) }

    private static let pathSegments = Set(
        EvolutionReader.handled.union(unread).map { String($0.map { $0 == "." ? "-" : $0 }) })

    /// Events that Evolution can post and that the relay does not read.
    private static let unread: Set<String> = [
        "application.startup", "chats.delete", "creds.update", "instance.create", "instance.delete",
        "labels.association", "labels.edit", "messaging.history.set", "remove.instance", "typebot.change.status",
        "typebot.start",
    ]

    /// The envelope with the instance's name as a string: some versions send an object.
    static func opened(_ envelope: JSONObject) -> JSONObject {
        guard let instance = envelope["instance"]?.object else { return envelope }
        var opened = envelope
        opened["instance"] = ["instanceName", "name", "instanceId"].lazy.compactMap { instance[$0] }.first ?? .null
        return opened
    }

    /// The name in lower case with dots: `messages.upsert`, `MESSAGES_UPSERT` and `messages-upsert` are the same event.
    static func eventName(_ written: String) -> String? {
        guard let words = GatewayEventNameSyntax.words(of: written.lowercased(), joinedBy: "._-") else { return nil }
        let name = words.joined(separator: ".")
        return words.count > 1 || EvolutionReader.handled.contains(name) ? name : nil
    }

    static func verify(_ envelope: JSONObject, at pointer: String) throws(InvalidDocumentError) {
        guard envelope.contains("data") || envelope.contains("instance") else {
            throw InvalidDocumentError(
                .notAnEvent,
                "A document of \(gateway) has \"data\" and \"instance\" beside \"event\".",
                pointer: pointer + "/data"
            )
        }
    }
}
