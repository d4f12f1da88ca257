internal import RelayCore

extension SpellingSuggestion {
    /// The end of a message about an unknown word: `did you mean state?`, or a list of the known words.
    static func hint(for word: String, in known: [String]) -> String {
        if let nearest = nearest(to: word, among: known) { return "did you mean \(nearest)?" }
        return "there are \(known.joined(separator: ", "))"
    }
}
