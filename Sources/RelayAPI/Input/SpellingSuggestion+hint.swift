internal import RelayCore

extension SpellingSuggestion {
    /// The end of a message about a word that is not known: `did you mean state?`, or all words that are known.
    static func hint(for word: String, in known: [String]) -> String {
        if let nearest = nearest(to: word, among: known) { return "did you mean \(nearest)?" }
        return "there are \(known.joined(separator: ", "))"
    }
}
