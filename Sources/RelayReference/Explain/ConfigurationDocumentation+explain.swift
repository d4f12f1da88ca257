internal import RelayConfig
internal import RelayCore

/// A word that is not in the reference.
package struct UnknownReferenceWordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The error, with the nearest known word.
    package let description: String
}

/// A result of ``ConfigurationDocumentation/find(_:)``.
package enum ReferenceMatch: Sendable {
    /// The whole entry.
    case entry(ReferenceEntry)
    /// One option of an entry, and the options nested in it.
    case option(ReferenceEntry, [OptionDocumentation])

    package var entry: ReferenceEntry {
        switch self {
        case .entry(let entry), .option(let entry, _): entry
        }
    }
}

extension ConfigurationDocumentation {
    /// Finds a word: `media`, `media.wait`, `delivery.breaker.failures`. An option alone, such as `max_in_flight`, is
    /// found in every entry that has it.
    /// - Throws: ``UnknownReferenceWordError`` with the nearest known word.
    package func find(_ word: String) throws(UnknownReferenceWordError) -> [ReferenceMatch] {
        let entries = entries.filter { $0.name == word }
        if !entries.isEmpty { return entries.map(ReferenceMatch.entry) }
        guard let dot = word.firstIndex(of: ".") else {
            let options = self.entries.compactMap { Self.option(word, of: $0, anywhere: true) }
            if !options.isEmpty { return options }
            throw unknown(word)
        }
        let name = String(word[..<dot])
        let path = String(word[word.index(after: dot)...])
        let owners = self.entries.filter { $0.name == name }
        guard !owners.isEmpty else { throw unknown(name) }
        let found = owners.compactMap { Self.option(path, of: $0) }
        guard found.isEmpty else { return found }
        let known = owners.flatMap { $0.options.map(\.path) }
        let message = "\(name) has no option \"\(path)\""
        let help = SpellingSuggestion.help(for: path, among: known, intro: "it has") ?? "it has none"
        throw UnknownReferenceWordError(description: "\(message); \(help)")
    }

    private static func option(_ path: String, of entry: ReferenceEntry, anywhere: Bool = false)
        -> ReferenceMatch?
    {
        let options = entry.options
        guard
            let index = options.firstIndex(where: {
                $0.path == path || (anywhere && $0.path.hasSuffix("." + path))
            })
        else { return nil }
        let inner = options[index...].dropFirst().prefix { $0.path.hasPrefix(options[index].path + ".") }
        return .option(entry, [options[index]] + inner)
    }

    private func unknown(_ word: String) -> UnknownReferenceWordError {
        let names = Set(entries.map(\.name))
        let options = Set(entries.flatMap { $0.options.map(\.field.name) })
        let nearest =
            SpellingSuggestion.nearest(to: word, among: names) ?? SpellingSuggestion.nearest(to: word, among: options)
        let help = nearest.map { "did you mean \"\($0)\"?" } ?? "`zaphub explain` lists what there is"
        return UnknownReferenceWordError(description: "there is nothing called \"\(word)\"; \(help)")
    }
}
