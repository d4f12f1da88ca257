internal import RelayJSON

/// One thing that is not as a test says.
struct ExpectationDifference: Sendable, Equatable {
    /// Where in `expect`: `delivered[0].body.payload.text`.
    var path: String
    var expected: String
    var got: String

    /// The maximum number of differences reported for one body.
    private static let maximum = 20

    /// What differs between two values, deepest first come.
    /// - Parameter isPart: whether the other value may have more members.
    static func between(_ expected: JSON, _ got: JSON, at path: String, isPart: Bool) -> [ExpectationDifference] {
        var found: [ExpectationDifference] = []
        compare(expected, got, path, isPart, into: &found)
        return found
    }

    private static func compare(
        _ expected: JSON,
        _ got: JSON,
        _ path: String,
        _ isPart: Bool,
        into found: inout [ExpectationDifference]
    ) {
        guard found.count < maximum else { return }
        switch (expected, got) {
        case (.object(let wanted), .object(let there)):
            for (key, value) in wanted {
                if let other = there[key] {
                    compare(value, other, "\(path).\(key)", isPart, into: &found)
                } else {
                    found.append(ExpectationDifference(path: "\(path).\(key)", expected: value.excerpt, got: "nothing"))
                }
            }
            guard !isPart else { return }
            for (key, value) in there where !wanted.contains(key) {
                found.append(ExpectationDifference(path: "\(path).\(key)", expected: "nothing", got: value.excerpt))
            }
        case (.array(let wanted), .array(let there)) where wanted.count == there.count:
            for (index, pair) in zip(wanted, there).enumerated() {
                compare(pair.0, pair.1, "\(path)[\(index)]", isPart, into: &found)
            }
        default:
            guard expected != got else { return }
            found.append(ExpectationDifference(path: path, expected: expected.excerpt, got: got.excerpt))
        }
    }
}

extension JSON {
    /// The text, shortened when it is long.
    var excerpt: String { text.excerpt }
}

extension String {
    private static let longest = 600

    /// The text, shortened when it is long.
    var excerpt: String {
        unicodeScalars.count > Self.longest ? String(unicodeScalars.prefix(Self.longest)) + "…" : self
    }
}

extension Int {
    /// `1 attempt`, `2 attempts`.
    func of(_ word: String) -> String { "\(self) \(word)\(self == 1 ? "" : "s")" }
}
