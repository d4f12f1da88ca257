internal import RelayCore
internal import RelayJSON

/// What makes two postings one event (reference whatsapp.md, B.2): the type, the chat, the message's id (unique only
/// within its chat), and what tells apart several events about one message.
enum DeduplicationKey {
    static func make(_ type: EventType, chat: String?, message: String, _ details: String?...) -> String {
        var key = "\(type.name)|\(chat ?? "")|\(message)"
        for detail in details { key += "|\(detail ?? "")" }
        return key
    }

    /// The key of something that has no id, but a moment.
    /// - Parameter what: tells it from another of that moment.
    static func make(_ type: EventType, chat: String?, at moment: Timestamp, _ what: JSONObject) -> String {
        make(type, chat: chat, message: "\(moment.milliseconds)", fingerprint(.object(what)))
    }

    /// A short fingerprint of a value, for events that nothing else tells apart.
    static func fingerprint(_ json: JSON) -> String {
        fingerprint(json.bytes)
    }

    static func fingerprint(_ bytes: some Sequence<UInt8>) -> String {
        Fingerprint(bytes).text
    }
}
