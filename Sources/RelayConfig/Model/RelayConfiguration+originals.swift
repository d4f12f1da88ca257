internal import RelayCore

extension RelayConfiguration {
    /// The header fields that a source keeps with each document as it was posted: all that its destinations send along.
    /// - Returns: nil when no pipeline of the source delivers to a destination that takes originals; the source then does
    ///   not keep documents as a whole.
    package func originalHeaders(ofSource name: String) -> [String]? {
        let takers = destinations.filter { $0.settings.content == .originals }
        guard !takers.isEmpty else { return nil }
        let reached = pipelines.filter { $0.from.isEmpty || $0.from.contains(name) }
            .reduce(into: Set<String>()) { $0.formUnion($1.destinations) }
        let receiving = takers.filter { reached.contains($0.name) }
        guard !receiving.isEmpty else { return nil }
        var seen: Set<String> = []
        return receiving.flatMap(\.options.originalHeaders).filter { seen.insert($0.lowercased()).inserted }
    }
}

extension PipelineDefinition {
    /// The names that its `deliver` stages have, on whatever condition.
    fileprivate var destinations: [String] {
        steps.flatMap { step in
            step.effects.flatMap { effect -> [String] in
                guard case .delivers(let option) = effect else { return [] }
                return step.source?.options[option]?.elements.compactMap { try? $0.text } ?? []
            }
        }
    }
}
