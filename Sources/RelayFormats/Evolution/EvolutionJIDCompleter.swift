internal import RelayCore
internal import RelayJSON

/// Completes the JIDs of Evolution's own channel ("Evolution Channel"), which names people by bare phone numbers.
enum EvolutionJIDCompleter {
    /// The members of a message's key that name a person or a chat.
    static let keyFields = [
        "remoteJid", "participant", "remoteJidAlt", "participantAlt", "senderPn", "participantPn", "previousRemoteJid",
    ]

    /// The object with a JID in place of each bare phone number in `fields`. Digits that the object also has as a hidden
    /// identity are no phone number and stay.
    static func completed(_ object: JSONObject, _ fields: [String]) -> JSONObject {
        var completed = object
        for field in fields {
            guard let text = object[field]?.string, let phone = PhoneNumberReader.jid(text) else { continue }
            let isLID = object.contains { $0.value.string.flatMap { JID($0) } == JID("\(phone.user)@lid") }
            if !isLID { completed[field] = .string(phone.description) }
        }
        return completed
    }
}
