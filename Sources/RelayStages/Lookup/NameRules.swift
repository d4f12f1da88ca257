internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// What a name, a picture's address and a phone must be to be taken from a gateway's answer.
enum NameRules {
    /// A name, or nil for what gateways put in the place of one: nothing, an address, a person's number.
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

    /// An absolute address, or nil.
    static func picture(_ text: String) -> String? {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.count <= 4096,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        return text
    }

    /// A phone's address, from an address or a number; nil for the digits of the hidden identity itself, which some
    /// gateways put there for lack of a number (reference whatsapp.md, A3).
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
    /// The first output when it is a text; nil for none, and for an expression that fails on this answer.
    func text(_ input: JSON) -> String? {
        (try? evaluate(input))?.first?.string
    }
}
