internal import RelayCore
internal import RelayJSON

/// Keys that identify repetitions of the same event (reference whatsapp.md, B.2). A key contains the type, the chat,
/// the message's id (unique only within its chat), and what distinguishes several events about one message.
enum DeduplicationKeyBuilder {
    static func make(_ type: EventType, chat: String?, message: String, _ details: String?...) -> String {
        var key = String(concatenating: type.name, "|", chat ?? "", "|", message)
        for detail in details {
            key += "|"
            if let detail { key += detail }
        }
        return key
    }

    /// The key of an event that has a time but no id.
    /// - Parameter what: what distinguishes it from other events of the same time.
    static func make(_ type: EventType, chat: String?, at moment: Timestamp, _ what: JSONObject) -> String {
        make(type, chat: chat, message: "\(moment.milliseconds)", fingerprint(.object(what)))
    }

    /// A short hash of a value, for events that nothing else distinguishes.
    static func fingerprint(_ json: JSON) -> String {
        fingerprint(json.bytes)
    }

    static func fingerprint(_ bytes: some Sequence<UInt8>) -> String {
        FNVFingerprint(bytes).text
    }
}
