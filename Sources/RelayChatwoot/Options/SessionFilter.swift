/// A selection of sessions: names, or patterns in which `*` matches any number of characters.
package struct SessionFilter: Sendable, Hashable, CustomStringConvertible {
    /// As written; empty means every session.
    package let patterns: [String]

    package init(_ patterns: [String] = []) {
        self.patterns = patterns
    }

    package var description: String { patterns.isEmpty ? "*" : patterns.joined(separator: ", ") }

    package func matches(_ session: String) -> Bool {
        patterns.isEmpty || patterns.contains { Self.matches(session, $0) }
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        var parts = pattern.split(separator: "*", omittingEmptySubsequences: false)[...]
        guard let first = parts.popFirst(), name.hasPrefix(first) else { return false }
        guard let last = parts.popLast() else { return name == pattern }
        var rest = name.dropFirst(first.count)
        for part in parts where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
