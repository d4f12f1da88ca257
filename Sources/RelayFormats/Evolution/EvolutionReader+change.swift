internal import RelayCore
internal import RelayJSON

/// Changes to earlier messages: `messages.edited`, `messages.delete`.
extension EvolutionReader {
    /// `messages.edited`: the protocol message that the editor's phone sent, of any type. Its key names the chat from
    /// the editor's point of view: in a direct chat with another person that is the account itself.
    func edit(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        if item["message"]?.object != nil {
            return try message(item, at: pointer).map { [$0] } ?? []
        }
        let node = item["protocolMessage"]?.object ?? item
        let named = try object(node["key"], at: pointer + "/key")
        let key = BaileysMessageKey(EvolutionJIDCompleter.completed(named, EvolutionJIDCompleter.keyFields))
        var facts = baileys.facts(of: key, at: nil)
        facts.author = nil
        let fromMe: Bool?
        switch key.chat?.id {
        case .some(let chat) where chat.chatKind != .direct: fromMe = nil
        case .some(let chat) where chat.isPhone && !baileys.own.isEmpty:
            fromMe = !baileys.own.contains(chat)
            if fromMe == false { facts.chat = nil }
        default:
            fromMe = nil
            facts.chat = nil
        }
        facts.isFromMe = fromMe ?? false
        var event: ParsedEvent
        switch ParsedMessageNode(["protocolMessage": .object(node)]) {
        case .edit(let target, let content, let moment): event = edited(facts, target, content, at: moment)
        case .revoke(let target): event = facts.deletion(of: target, session: session)
        default: return []
        }
        if fromMe == nil { event.payload["fromMe"] = .null }
        return [event]
    }

    func deletion(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        if let keys = item["keys"] { return try each(keys, at: pointer + "/keys", deletion) }
        let key = BaileysMessageKey(key(of: item))
        guard let id = key.id else { throw wrong("must be the message's id, a text", at: pointer + "/id") }
        return [baileys.facts(of: key, at: nil).deletion(of: id, session: session)]
    }

    /// Evolution reports an edit twice: by `messages.edited` with its time and by `messages.update` without it. The
    /// time is the event's rank, so that the second report makes no new event, and an edit back to an earlier text
    /// does.
    func edited(
        _ facts: MessageFacts,
        _ target: String,
        _ content: MessageContent,
        at moment: Timestamp?
    ) -> ParsedEvent {
        var event = facts.edit(of: target, content: content, at: nil, session: session)
        event.rank = Int(moment?.seconds ?? 0)
        if let moment {
            event.occurredAt = moment
            event.payload["timestamp"] = .int(moment.seconds)
            event.payload["timestampSource"] = nil
        }
        return event
    }
}
