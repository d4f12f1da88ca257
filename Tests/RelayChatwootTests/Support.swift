/// Random numbers that are the same in every run.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(next() % UInt64(elements.count))]
    }
}

/// Texts of marks, words and line breaks in any order.
enum RandomText {
    private static let pieces = [
        "*", "_", "~", "`", "*", "_", "**", "__", "~~", "```", "a", "bc", "é", "😀", "1", "2.", " ", " ", "\n", "- ",
        "* ", "> ", "#", "[", "](", "]", ")", "\\", "!", "<", "&amp;", "&", "http://x.y", "+", "=", "|", "snake_case",
        ".", "{{", "1. ", "olá mundo", "https://a.b/_c_", "@", ":", "\"", "    ",
    ]

    static func make(_ random: inout SplitMix) -> String {
        let count = Int(random.next() % 14)
        return (0..<count).map { _ in random.pick(pieces) }.joined()
    }
}
