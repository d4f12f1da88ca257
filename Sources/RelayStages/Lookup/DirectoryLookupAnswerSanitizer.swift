internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// Rules for the names, picture URLs and phone numbers in a gateway's answer.
enum DirectoryLookupAnswerSanitizer {
    /// A name; nil for what gateways return instead of one: an empty text, a JID, a phone number.
    static func name(_ text: String, of chat: JID) -> String? {
        let name = trimmed(text)
        guard !name.isEmpty, name.utf8.count <= 1024 else { return nil }
        if let address = JID(name), address.isPhone || address.isLID || address.isGroup { return nil }
        if chat.isGroup { return name }
        let isNumber = name.unicodeScalars.allSatisfy {
            $0.properties.numericType != nil || "+-() .".unicodeScalars.contains($0)
        }
        return isNumber ? nil : name
    }

    /// An absolute URL, or nil.
    static func picture(_ text: String) -> String? {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.count <= 4096,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        return text
    }

    /// A phone JID, from a JID or a phone number; nil for the digits of the LID itself, which some gateways return when
    /// they do not know the number (reference whatsapp.md, A3).
    static func phone(_ text: String, of chat: JID) -> JID? {
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        let isNumber = (7...15).contains(digits.utf8.count) && digits.utf8.allSatisfy { (48...57).contains($0) }
        guard let address = JID(isNumber ? digits + "@s.whatsapp.net" : text), let phone = address.phone,
            phone != chat.user
        else { return nil }
        return address
    }

    private static func trimmed(_ text: String) -> String {
        func isBlank(_ letter: Character) -> Bool { letter.isWhitespace }
        let start = text.drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }
}

extension JQProgram {
    /// The first output when it is a string; nil when there is none, and when the expression fails on this answer.
    func text(_ input: JSON) -> String? {
        (try? evaluate(input))?.first?.string
    }
}
