package import RelayJSON

/// A hidden identity (LID) and the phone of the same person, as an event reports both.
package struct IdentityPair: Sendable, Hashable {
    /// The hidden identity: `1234@lid`.
    package var lid: String
    /// The phone's JID: `5511999990001@s.whatsapp.net`.
    package var phone: String

    package init(lid: String, phone: String) {
        self.lid = lid
        self.phone = phone
    }

    /// Nil unless one of the ids is a hidden identity and the other one a phone's JID. A pair is never derived from
    /// anything else, such as the digits of a LID or a name.
    package init?(_ first: String?, _ second: String?) {
        guard let first, let second else { return nil }
        if ChatIDRules.isLID(first), JID(second)?.phone != nil {
            self.init(lid: first, phone: second)
        } else if ChatIDRules.isLID(second), JID(first)?.phone != nil {
            self.init(lid: second, phone: first)
        } else {
            return nil
        }
    }

    /// The pairs in a payload: of the chat, the author, the contact, a group's owner and its members.
    package static func pairs(in payload: JSONObject) -> [IdentityPair] {
        // Most payloads have none of these members, which is found out without going through all of theirs.
        guard Self.members.contains(where: { payload.contains($0) }) else { return [] }
        var pairs: [IdentityPair] = []
        for (key, value) in payload {
            switch key {
            case "chatLid": pairs.append(value.string, payload["chatId"]?.string)
            case "participantLid": pairs.append(value.string, payload["participant"]?.string)
            case "lid": pairs.append(value.string, payload["contactId"]?.string)
            case "ownerLid": pairs.append(value.string, payload["owner"]?.string)
            case "participants", "mentions":
                for member in value.array ?? [] { pairs.append(member["lid"]?.string, member["id"]?.string) }
            default: break
            }
        }
        return pairs
    }
}

extension IdentityPair {
    /// The members with a person's two identities.
    private static let members = ["chatLid", "participantLid", "lid", "ownerLid", "participants", "mentions"]
}

extension [IdentityPair] {
    fileprivate mutating func append(_ first: String?, _ second: String?) {
        if let pair = IdentityPair(first, second) { append(pair) }
    }
}
