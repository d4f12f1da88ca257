import RelayTesting

/// Generates texts of formatting characters, words and line breaks in random order.
enum RandomText {
    private static let pieces = [
        "*", "_", "~", "`", "*", "_", "**", "__", "~~", "```", "a", "bc", "é", "😀", "1", "2.", " ", " ", "\n", "- ",
        "* ", "> ", "#", "[", "](", "]", ")", "\\", "!", "<", "&amp;", "&", "http://x.y", "+", "=", "|", "snake_case",
        ".", "{{", "1. ", "olá mundo", "https://a.b/_c_", "@", ":", "\"", "    ",
    ]

    static func make(_ random: inout SeededGenerator) -> String {
        let count = Int(random.next() % 14)
        return (0..<count).map { _ in random.pick(pieces) }.joined()
    }
}
