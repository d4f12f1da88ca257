/// Prevents Chatwoot from running forwarded messages as Liquid templates. Chatwoot runs all outgoing messages as
/// templates, so it would replace `{{contact.name}}` in a message that was sent from the phone.
enum LiquidTagEscaping {
    /// The text with an invisible word joiner (U+2060) inside every `{{` and `{%`.
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
