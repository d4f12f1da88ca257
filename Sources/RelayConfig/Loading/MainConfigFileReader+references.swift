internal import RelayCore

extension MainConfigFileReader {
    /// Reports invalid references between destinations: the referenced destination must exist and have the expected
    /// kind.
    func checkReferences(of destinations: [RelayConfiguration.Destination]) {
        let all = entries("destinations")
        for destination in destinations {
            guard let reference = destination.options.reference,
                let node = all.first(where: { $0.key == destination.name })?.value[reference.option]
            else { continue }
            check(reference, at: node, among: all)
        }
    }

    private func check(_ reference: DestinationDependency, at node: ConfigNode, among all: [ConfigNode.Entry]) {
        func kind(_ entry: ConfigNode.Entry) -> String? { try? entry.value["type"]?.text }
        let fitting = all.filter { kind($0) == reference.kind }.map(\.key)
        guard !fitting.contains(reference.name) else { return }
        let named = all.first { $0.key == reference.name }
        // A missing type is reported separately.
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

    /// Reports destinations that write into the same file, also by links, or into a file to which another one is renamed.
    func checkOutputFiles(of destinations: [RelayConfiguration.Destination]) {
        var earlier: [(name: String, file: LocatedOutputFile)] = []
        for destination in destinations {
            guard let file = destination.options.outputFile.map({ LocatedOutputFile($0) }) else { continue }
            for (name, other) in earlier {
                guard let conflict = file.conflict(with: other),
                    let entry = entries("destinations").first(where: { $0.key == destination.name })
                else { continue }
                let message = conflict.message(destination.name, file.path, other: name, other.path)
                root.issues(message, help: "give each its own, or deliver to one of them", at: entry.keyLocation)
                    .report()
                break
            }
            earlier.append((destination.name, file))
        }
    }

    /// Warns of sources without authentication whose events can cause messages to be sent.
    func warnOfOpenSources(_ sources: [RelayConfiguration.Source]) {
        for source in sources where source.transport.takesPosts && source.transport.authentication == nil {
            guard let advice = source.format.authAdvice, source.name.utf8.count < Self.unguessable,
                let entry = entries("sources").first(where: { $0.key == source.name })
            else { continue }
            entry.warn(
                "whoever can reach /in/\(source.name) can have messages sent", help: advice, code: .openSource)
        }
    }

    /// Warns of files beside the configuration when several nodes can share the store: each node would have files of its own.
    /// A directory with an absolute path may be one that all nodes mount.
    func warnOfOwnMediaFiles(_ store: RelayConfiguration.Store?, _ media: RelayConfiguration.Media?) {
        guard let store, case .postgres = store.url, let media, case .directory = media.store else { return }
        let written = root["media"]?["store"]
        if let text = try? written?.text, text.hasPrefix("file:/") { return }
        guard let node = written ?? root["media"] ?? root["store"] else { return }
        node.warn(
            "media.store keeps files in a directory of this node, and other nodes on the same database do not have them",
            help:
                "write media: { store: s3://bucket/prefix, s3: … }, or store: \"file:/DIRECTORY\", which all nodes mount",
            code: .unsharedMedia)
    }

    /// The minimum length at which a source name is assumed to be an unguessable secret.
    private static let unguessable = 24
}
