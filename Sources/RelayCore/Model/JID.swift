/// A WhatsApp id: `5511999999999@s.whatsapp.net`, `123-456@g.us`, `1234@lid`, `status@broadcast`.
package struct JID: Sendable, Hashable, CustomStringConvertible {
    package let user: String
    package let server: String
    /// The canonical text: the user, `@`, and the server.
    package let description: String

    /// Reads a JID and makes it canonical: the device part (`:15`) and agent (`_1`) are removed, `c.us` and `hosted`
    /// become `s.whatsapp.net`, `hosted.lid` becomes `lid` (reference whatsapp.md, B-J1). Nil when there is no `@`,
    /// or nothing before or after it.
    package init?(_ text: String) {
        // By bytes: searching for characters is many times slower, and every event has several JIDs.
        var text = text
        let parts = text.withUTF8 { Parts($0) }
        guard let parts else { return nil }
        user = parts.user
        server = parts.server
        description = parts.isCanonical ? text : String(concatenating: parts.user, "@", parts.server)
    }

    // The description has the other two, because a server has no `@`.
    package static func == (a: JID, b: JID) -> Bool { a.description == b.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }

    package init?(_ text: Substring) {
        self.init(String(text))
    }

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

extension JID {
    /// The user and the server in their canonical form.
    private struct Parts {
        let user: String
        let server: String
        /// Whether the text is in its canonical form as a whole.
        let isCanonical: Bool

        init?(_ text: UnsafeBufferPointer<UInt8>) {
            guard let at = text.lastIndex(of: UInt8(ascii: "@")), at > 0, at + 1 < text.count else { return nil }
            let isCanonicalServer: Bool
            (server, isCanonicalServer) = Self.server(UnsafeBufferPointer(rebasing: text[(at + 1)...]))
            var end = at
            if server == "s.whatsapp.net" || server == "lid" {
                end = text[..<at].firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "_") } ?? at
                if end == 0 { return nil }
            }
            user = String(decoding: text[..<end], as: UTF8.self)
            isCanonical = isCanonicalServer && end == at
        }

        private static func server(_ text: UnsafeBufferPointer<UInt8>) -> (name: String, isCanonical: Bool) {
            // The usual ones are short enough to be decoded without an allocation.
            let server = String(decoding: text, as: UTF8.self)
            switch server {
            case "c.us", "hosted": return ("s.whatsapp.net", false)
            case "hosted.lid": return ("lid", false)
            default: return (server, true)
            }
        }
    }
}

/// The kinds of conversation, as `payload.chatKind` names them.
package enum ChatKind: String, Sendable, CaseIterable {
    case direct, group, status, broadcast, newsletter
}
