internal import RelayCore
internal import RelayJSON

/// Turns one event of Evolution API into events of the relay. Evolution passes on the events of Baileys; the parts that
/// it does not change are read by ``BaileysReader``.
struct EvolutionReader: GatewayEventReader {
    let baileys: BaileysReader
    /// `date_time`: the local time of Evolution's server, with a wrong `Z` suffix. It is not usable as a time, but it
    /// is the same in every repetition of a post.
    private let stamp: String?

    var gateway: String { baileys.gateway }
    var session: String { baileys.session }
    var receivedAt: Timestamp { baileys.receivedAt }
    var batch: BatchDocumentReader { baileys.batch }

    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader) {
        self.init(
            session: session, receivedAt: receivedAt, envelope: envelope, batch: batch,
            gateway: EvolutionFormat.gateway)
    }

    /// - Parameters:
    ///   - envelope: its `sender` is the instance's own account, never an author.
    ///   - gateway: the gateway's name, for error messages.
    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader, gateway: String) {
        baileys = BaileysReader(
            session: session, receivedAt: receivedAt, batch: batch,
            account: EvolutionJIDCompleter.completed(envelope, ["sender"])["sender"], gateway: gateway,
            changesMayLackChat: true)
        stamp = envelope.text("date_time")
    }

    static let handled: Set<String> = [
        "messages.upsert", "messages.set", "messages.update", "messages.edited", "messages.delete", "send.message",
        "send.message.update", "connection.update", "status.instance", "logout.instance", "qrcode.updated",
        "contacts.set", "contacts.upsert", "contacts.update", "chats.set", "chats.upsert", "chats.update",
        "groups.upsert", "groups.update", "group.update", "group.participants.update", "presence.update", "call",
    ]

    func events(named name: String, data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let events = try read(name, data, at: pointer)
        guard let stamp, events.contains(where: { $0.dedupKey == nil }) else { return events }
        let print = DeduplicationKeyBuilder.fingerprint(data)
        return events.enumerated().map { index, event in
            var event = event
            event.dedupKey = event.dedupKey ?? "\(event.type.name)|\(event.chat ?? "")|\(stamp)|\(index)|\(print)"
            return event
        }
    }

    private func read(_ name: String, _ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        switch name {
        case "messages.upsert": try messages(data, at: pointer)
        case "messages.set": try messages(data, at: pointer, isHistory: true)
        case "send.message": try messages(data, at: pointer, isSent: true)
        case "messages.update": try each(data, at: pointer, messageUpdate)
        case "messages.edited", "send.message.update": try each(data, at: pointer, edit)
        case "messages.delete": try each(data, at: pointer, deletion)
        case "connection.update": try connection(data, at: pointer)
        case "status.instance": try instanceStatus(data, at: pointer)
        case "logout.instance": [sessionFacts.disconnected(reason: "logged_out", code: nil, recoverable: false)]
        case "qrcode.updated": try code(data, at: pointer)
        case "contacts.set", "contacts.upsert", "contacts.update": try contacts(data, at: pointer)
        case "chats.set", "chats.upsert", "chats.update": try each(data, at: pointer, chat)
        case "groups.upsert", "groups.update", "group.update": try each(data, at: pointer, group)
        case "group.participants.update": try each(data, at: pointer, participants)
        case "presence.update": try baileys.presence(data, at: pointer)
        case "call": try each(data, at: pointer, baileys.call)
        default: []
        }
    }

    /// The key of a message. Evolution sends it as `key`, or sends its members directly in the event, with `id` as
    /// `keyId`.
    func key(of item: JSONObject) -> JSONObject {
        var key = item["key"]?.object ?? JSONObject()
        for field in EvolutionJIDCompleter.keyFields + ["fromMe"] where key[field] ?? .null == .null {
            key[field] = item[field]
        }
        if key.text("id") == nil { key["id"] = item.text("keyId") == nil ? item["id"] : item["keyId"] }
        return EvolutionJIDCompleter.completed(key, EvolutionJIDCompleter.keyFields)
    }

    /// A person's name; nil for Evolution's placeholders: "Você" for the account itself, a JID, or the digits of a JID.
    func name(_ text: String?, of jids: [JID?]) -> String? {
        guard let name = MessageFacts.name(text) else { return nil }
        let folded = name.lowercased()
        guard folded != "você", folded != "voce" else { return nil }
        let digits = name.prefix { $0 != ":" }
        return jids.contains { $0.map { $0.user == digits } ?? false } ? nil : name
    }
}
