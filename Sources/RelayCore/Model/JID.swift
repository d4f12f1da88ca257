/// A WhatsApp id: `5511999999999@s.whatsapp.net`, `123-456@g.us`, `1234@lid`, `status@broadcast`.
package struct JID: Sendable, Hashable, CustomStringConvertible {
    package let user: String
    package let server: String

    /// Reads a JID and makes it canonical: the device part (`:15`) and agent (`_1`) are removed, `c.us` and `hosted`
    /// become `s.whatsapp.net`, `hosted.lid` becomes `lid` (reference whatsapp.md, B-J1). Nil when there is no `@`,
    /// or nothing before or after it.
    package init?(_ text: some StringProtocol) {
        guard let at = text.lastIndex(of: "@") else { return nil }
        let userPart = text[..<at]
        let serverPart = text[text.index(after: at)...]
        guard !userPart.isEmpty, !serverPart.isEmpty else { return nil }
        switch serverPart {
        case "c.us", "hosted": server = "s.whatsapp.net"
        case "hosted.lid": server = "lid"
        default: server = String(serverPart)
        }
        guard server == "s.whatsapp.net" || server == "lid" else {
            user = String(userPart)
            return
        }
        let bare = userPart.prefix { $0 != ":" && $0 != "_" }
        guard !bare.isEmpty else { return nil }
        user = String(bare)
    }

    package var description: String { user + "@" + server }

    package var isGroup: Bool { server == "g.us" }
    /// A hidden identity: its digits are never a phone number.
    package var isLID: Bool { server == "lid" }
    package var isPhone: Bool { server == "s.whatsapp.net" }

    /// The phone number in digits, nil for any other JID.
    package var phone: String? { isPhone && user.utf8.allSatisfy { (48...57).contains($0) } ? user : nil }

    /// The kind of conversation.
    package var chatKind: ChatKind {
        switch server {
        case "g.us": .group
        case "newsletter": .newsletter
        case "broadcast": user == "status" ? .status : .broadcast
        default: .direct
        }
    }
}

/// The kinds of conversation, as `payload.chatKind` names them.
package enum ChatKind: String, Sendable, CaseIterable {
    case direct, group, status, broadcast, newsletter
}
