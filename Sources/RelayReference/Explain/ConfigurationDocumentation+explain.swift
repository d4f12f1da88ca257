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
            let options = options(named: word)
            if !options.isEmpty { return options }
            throw unknown(word)
        }
        // Names of events have dots themselves.
        let owning = self.entries.filter { word.hasPrefix($0.name + ".") }
        guard let name = owning.map(\.name).max(by: { $0.count < $1.count }) else {
            let isNearlyKnown = SpellingSuggestion.nearest(to: word, among: Set(self.entries.map(\.name))) != nil
            throw unknown(isNearlyKnown ? word : String(word[..<dot]))
        }
        let path = String(word.dropFirst(name.count + 1))
        let owners = owning.filter { $0.name == name }
        // The options that all kinds have are documented once.
        let common = self.entries.filter { entry in
            entry.group == .section && owners.contains { $0.group.commonOptions == entry.name }
        }
        let found = (owners + common).compactMap { Self.option(path, of: $0) }
        guard found.isEmpty else { return found }
        let known = (owners + common).flatMap { $0.options.map(\.path) }
        let noun = owners.contains { !$0.group.isDelivered } ? "option" : "field"
        let message = "\(name) has no \(noun) \"\(path)\""
        let help = SpellingSuggestion.help(for: path, among: known, intro: "it has") ?? "it has none"
        throw UnknownReferenceWordError(description: "\(message); \(help)")
    }

    /// An option wherever it is; when there is none, a field that events or contents have, each declaration once.
    private func options(named word: String) -> [ReferenceMatch] {
        let options = entries.filter { !$0.group.isDelivered }
            .compactMap { Self.option(word, of: $0, anywhere: true) }
        guard options.isEmpty else { return options }
        var seen: Set<[OptionDocumentation]> = []
        return entries.filter(\.group.isDelivered).compactMap { entry in
            guard let result = Self.option(word, of: entry), case .option(_, let options) = result,
                seen.insert(options).inserted
            else { return nil }
            return result
        }
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
        let inner = options[index...].dropFirst().prefix { option in
            [".", "[]."].contains { option.path.hasPrefix(options[index].path + $0) }
        }
        return .option(entry, [options[index]] + inner)
    }

    private func unknown(_ word: String) -> UnknownReferenceWordError {
        let names = Set(entries.map(\.name))
        let options = Set(entries.flatMap { $0.options.map(\.name) })
        let nearest =
            SpellingSuggestion.nearest(to: word, among: names) ?? SpellingSuggestion.nearest(to: word, among: options)
        let help = nearest.map { "did you mean \"\($0)\"?" } ?? "`zaphub explain` lists what there is"
        return UnknownReferenceWordError(description: "there is nothing called \"\(word)\"; \(help)")
    }
}
