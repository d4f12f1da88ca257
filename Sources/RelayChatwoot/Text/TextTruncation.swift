/// Shortens texts that are too long for Chatwoot.
enum TextTruncation {
    /// The text, shortened to whole characters with a mark at its end when it exceeds the limit.
    /// - Parameter limit: in Unicode scalars, the unit of Chatwoot's limits.
    static func text(_ text: String, to limit: Int, mark: String = "…") -> String {
        // The byte count is a cheap upper bound of the scalar count, and most texts are far below the limit.
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
