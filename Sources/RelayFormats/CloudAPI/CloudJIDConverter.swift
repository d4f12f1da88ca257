internal import RelayCore
internal import RelayJSON

/// Converts Meta's ids to JIDs.
enum CloudJIDConverter {
    /// The JID server for a person of whom only an opaque id is known. Such a JID is never treated as a phone number.
    static let opaqueServer = "bsuid"

    /// An id as a string; a whole number is accepted.
    static func text(_ json: JSON?) -> String? {
        switch json {
        case .string(let text) where !text.isEmpty: text
        case .int(let number) where number >= 0: "\(number)"
        default: nil
        }
    }

    /// The JID of a phone number: 5 to 15 digits (E.164), optionally with `+` and separators. Nil for anything else.
    static func phone(_ json: JSON?) -> JID? {
        guard let text = text(json) else { return nil }
        if let jid = JID(text) { return jid.phone == nil ? nil : jid }
        return PhoneNumberReader.jid(text)
    }

    /// The JID of a person: by phone number, else opaque.
    static func person(_ json: JSON?) -> JID? {
        phone(json) ?? text(json).flatMap(opaque)
    }

    static func opaque(_ id: String) -> JID? {
        JID("\(id)@\(opaqueServer)")
    }

    static func group(_ json: JSON?) -> JID? {
        guard let id = text(json) else { return nil }
        return JID(id.hasSuffix("@g.us") ? id : id + "@g.us")
    }
}
