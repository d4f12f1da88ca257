internal import RelayCore

extension MainFileReader {
    /// Reports what destinations say wrongly about each other: the one that is named must be there, and of its kind.
    func checkReferences(of destinations: [RelayConfiguration.Destination]) {
        let all = entries("destinations")
        for destination in destinations {
            guard let reference = destination.options.reference,
                let node = all.first(where: { $0.key == destination.name })?.value[reference.option]
            else { continue }
            check(reference, at: node, among: all)
        }
    }

    private func check(_ reference: DestinationReference, at node: ConfigNode, among all: [ConfigNode.Entry]) {
        func kind(_ entry: ConfigNode.Entry) -> String? { try? entry.value["type"]?.text }
        let fitting = all.filter { kind($0) == reference.kind }.map(\.key)
        guard !fitting.contains(reference.name) else { return }
        let named = all.first { $0.key == reference.name }
        // Without a type it is reported by itself.
        if let named, kind(named) == nil { return }
        let other = named.flatMap(kind)
        let message =
            other.map { "\"\(reference.name)\" is a destination of type \($0), not \(reference.kind)" }
            ?? "there is no destination \(node.shown)"
        let help =
            SpellingSuggestion.help(for: reference.name, among: fitting, intro: "of type \(reference.kind) there is")
            ?? "add a destination with type: \(reference.kind), or remove \(reference.option)"
        node.issues(message, help: help, code: .unknownDestination).report()
    }

    /// Warns of sources that let strangers act.
    func warnOfOpenSources(_ sources: [RelayConfiguration.Source]) {
        for source in sources where source.transport.takesPosts && source.transport.authentication == nil {
            guard let advice = registry.format(source.format)?.authAdvice, source.name.utf8.count < Self.unguessable,
                let entry = entries("sources").first(where: { $0.key == source.name })
            else { continue }
            entry.warn(
                "whoever can reach /in/\(source.name) can have messages sent", help: advice, code: .openSource)
        }
    }

    /// A name of so many letters and digits is a secret.
    private static let unguessable = 24
}
