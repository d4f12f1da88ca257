/// Finds what somebody probably meant.
enum Suggestion {
    /// The candidate nearest to the word, if it is near enough to be meant.
    static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        let limit = max(1, min(3, word.count / 3))
        let close = candidates.map { ($0, distance(word.lowercased(), $0.lowercased())) }.filter { $0.1 <= limit }
        return close.min { $0.1 < $1.1 }?.0
    }

    /// `; did you mean …?` or what there is to choose from.
    static func hint(for word: String, in candidates: [String]) -> String {
        if let nearest = nearest(to: word, in: candidates) { return "did you mean \(nearest)?" }
        return "there are \(candidates.joined(separator: ", "))"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that lie between two words.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8.prefix(64))
        let right = Array(right.utf8.prefix(64))
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1] + [Int](repeating: 0, count: right.count)
            for column in right.indices {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                current[column + 1] = min(substitution, last[column + 1] + 1, current[column] + 1)
                let isSwap = row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
                if isSwap { current[column + 1] = min(current[column + 1], beforeLast[column - 1] + 1) }
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
