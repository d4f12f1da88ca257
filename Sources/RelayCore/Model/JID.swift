/// A WhatsApp id: `5511999999999@s.whatsapp.net`, `123-456@g.us`, `1234@lid`, `status@broadcast`.
package struct JID: Sendable, Hashable, CustomStringConvertible {
    package let user: String
    package let server: String

    /// Reads a JID and makes it canonical: the device part (`:15`) and agent (`_1`) are removed, `c.us` and `hosted`
    /// become `s.whatsapp.net`, `hosted.lid` becomes `lid` (reference whatsapp.md, B-J1). Nil when there is no `@`,
    /// or nothing before or after it.
    package init?(_ text: String) {
        // By bytes: searching for characters is many times slower, and every event has several JIDs.
        let bytes = text.utf8
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > bytes.startIndex else { return nil }
        let server = String(text[bytes.index(after: at)...])
        switch server {
        case "": return nil
        case "c.us", "hosted": self.server = "s.whatsapp.net"
        case "hosted.lid": self.server = "lid"
        default: self.server = server
        }
        let user = bytes[..<at]
        guard self.server == "s.whatsapp.net" || self.server == "lid" else {
            self.user = String(text[..<at])
            return
        }
        let end = user.firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "_") } ?? at
        guard end > bytes.startIndex else { return nil }
        self.user = String(text[..<end])
    }

    package init?(_ text: Substring) {
        self.init(String(text))
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
