/// How the ids of chats and persons are compared. An id is text: usually a JID, but the native format takes any.
package enum ChatIDRules {
    /// The id that stands for all spellings of the same phone number; any other id is its own.
    ///
    /// A pure function of the id. A hidden identity is replaced by ``IdentityPair``s, which are known or not.
    package static func canonical(_ id: String) -> String {
        // Of two spellings the shorter one has twelve digits. All other ids are decided by their length.
        guard id.utf8.count == PhoneNumberVariants.shorterLength + phoneServer.utf8.count, let digits = phone(id) else {
            return id
        }
        let canonical = PhoneNumberVariants.canonical(digits)
        return canonical == digits ? id : canonical + phoneServer
    }

    /// The ids of the same phone number: this one, and its other spelling if there is one.
    package static func spellings(of id: String) -> [String] {
        guard let digits = phone(id), let other = PhoneNumberVariants.otherSpelling(of: digits) else { return [id] }
        return [id, other + phoneServer]
    }

    /// Whether it is a hidden identity (`@lid`).
    package static func isLID(_ id: String) -> Bool { id.utf8.count > 4 && id.hasASCIISuffix("@lid") }

    static func isLID(_ id: Substring) -> Bool { id.utf8.count > 4 && id.hasASCIISuffix("@lid") }

    /// Whether it is the JID of a phone.
    static func isPhone(_ id: Substring) -> Bool { id.hasASCIISuffix("@s.whatsapp.net") }

    /// The digits of a phone's JID of a country whose numbers have two spellings; nil for any other id.
    private static func phone(_ id: String) -> String? {
        guard id.utf8.first == UInt8(ascii: "5"), id.hasASCIISuffix("@s.whatsapp.net") else { return nil }
        let digits = id.utf8.dropLast(phoneServer.utf8.count)
        return digits.allSatisfy { (48...57).contains($0) } ? String(Substring(digits)) : nil
    }

    private static let phoneServer = "@s.whatsapp.net"
}
