/// Chatwoot runs what agents send as a Liquid template, and takes our own messages for theirs: `{{contact.name}}` in a
/// message from the phone would come out as something else.
enum LiquidEscaping {
    /// The text with every `{{` and `{%` broken by a word joiner (U+2060), which nobody sees.
    static func neutralized(_ text: String) -> String {
        guard text.contains("{") else { return text }
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if previous == "{", scalar == "{" || scalar == "%" { result.append("\u{2060}") }
            result.append(scalar)
            previous = scalar
        }
        return String(result)
    }
}
