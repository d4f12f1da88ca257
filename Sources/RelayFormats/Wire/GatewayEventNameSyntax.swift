/// The names of events as gateways write them.
enum GatewayEventNameSyntax {
    /// The words of a name: lower-case letters, digits and `_`, joined by any of `separators`. Nil when the name is not
    /// made of such words.
    static func words(of name: String, joinedBy separators: String) -> [Substring]? {
        let words = name.split(omittingEmptySubsequences: false) { separators.contains($0) }
        return words.allSatisfy(isWord) ? words : nil
    }

    /// Whether a name consists of two or more words, joined by dots or hyphens.
    static func isPlausible(_ name: String) -> Bool {
        (words(of: name, joinedBy: ".-")?.count ?? 0) > 1
    }

    private static func isWord(_ word: Substring) -> Bool {
        !word.isEmpty
            && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
