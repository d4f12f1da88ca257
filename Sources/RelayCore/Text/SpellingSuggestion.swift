/// Finds the known word that a misspelt word stands for.
package enum SpellingSuggestion {
    /// The known word nearest to a wrong one: at most a third of its letters differ, and two swapped neighbours count
    /// as one difference. Case does not count, nor whether `-` or `_` is written. Nil when no word is that near.
    package static func nearest(to word: String, among known: some Collection<String>) -> String? {
        let typed = normalized(word)
        var best: (word: String, distance: Int)?
        for candidate in known.sorted() {
            let target = normalized(candidate)
            let limit = max(typed.count, target.count) / 3
            guard abs(typed.count - target.count) <= limit else { continue }
            let distance = distance(typed, target)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// `did you mean "x"?`, or `intro` and all known words; nil when there are none.
    package static func help(
        for word: String,
        among known: some Collection<String>,
        intro: String = "there is"
    ) -> String? {
        if let nearest = nearest(to: word, among: known) { return "did you mean \"\(nearest)\"?" }
        return known.isEmpty ? nil : "\(intro) \(known.joined(separator: ", "))"
    }

    private static func normalized(_ word: String) -> [UInt8] {
        // No known word is longer, and the distance takes time in proportion to the length.
        word.lowercased().utf8.prefix(80).map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// The Damerau-Levenshtein distance in its restricted form (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(row[j - 1] + 1, last[j] + 1, substitution)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
