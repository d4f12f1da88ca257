/// Texts that are too long for Chatwoot.
enum TextTruncation {
    /// The text, or as much of it as fits in whole characters, with a mark at its end.
    /// - Parameter limit: in Unicode scalars, which is what Chatwoot counts.
    static func text(_ text: String, to limit: Int, mark: String = "…") -> String {
        // Most texts are far below, and have at least as many bytes as scalars.
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
        var room = limit - mark.unicodeScalars.count
        var end = text.startIndex
        for index in text.indices {
            room -= text[index].unicodeScalars.count
            guard room >= 0 else { break }
            end = text.index(after: index)
        }
        return text[..<end] + mark
    }
}
