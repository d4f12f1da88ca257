internal import RelayCore
internal import RelayJSON

/// The files of `fragments/`: lists of stages that pipelines share.
struct StageFragmentLibrary: Sendable {
    /// The files by name; nil for a file that is not a YAML document, which is reported.
    var nodes: [String: ConfigNode?] = [:]
    /// Whether missing fragments are assumed to exist elsewhere, as when a part of a configuration is checked.
    var mayLack = false

    private static let stages = OptionField.node("stages", "The stages to run.", "a list of stages")

    /// The files for display, with their literal secrets masked.
    var shown: JSON {
        let found = nodes.sorted { $0.key < $1.key }.compactMap { name, node in node.map { (name, $0.shownJSON) } }
        return .object(JSONObject(found))
    }

    /// Returns the list of stages in the named fragment; nil when the mistakes of its file are already reported.
    func stages(of name: String, at node: ConfigNode) throws -> ConfigNode? {
        guard let found = nodes[name] else {
            if mayLack { return nil }
            throw node.issues(
                "there is no fragment \(node.shown)",
                help: SpellingSuggestion.help(for: name, among: nodes.keys.sorted())
                    ?? "write it in fragments/\(name).yaml",
                code: .unknownFragment
            )
        }
        guard let fragment = found else { return nil }
        if fragment.isEmpty {
            throw fragment.issues(
                "the fragment is empty", help: "write a list of stages, such as - persist", code: .emptyStage)
        }
        guard fragment.isMap else { return fragment }
        _ = try OptionReader.read(fragment, as: "a fragment", fields: [AnyOptionField(Self.stages)])
        return fragment["stages"]
    }
}

extension ConfigurationLoader {
    /// Reads the fragment files.
    func readFragments(_ context: PipelineFileContext) -> StageFragmentLibrary {
        let folder = BoundedFileReader.absolute("fragments", from: directory)
        var fragments = StageFragmentLibrary()
        do throws(FileError) {
            for file in try BoundedFileReader.list(folder) {
                let shown = shownPath("fragments/" + file)
                if file.hasSuffix(".yml") {
                    warnOfUnread(shown)
                }
                guard file.hasSuffix(".yaml") else { continue }
                let name = String(file.dropLast(5))
                if let problem = ConfigurationNameSyntax.problem(name) {
                    let message = "the file's name is the fragment's name, and it \(problem)"
                    fail(shown, message, help: "rename the file", code: .fileName)
                }
                fragments.nodes[name] = .some(read(folder + "/" + file, shown: shown, context))
            }
        } catch {
            if !error.isMissing { fail(shownPath("fragments"), "the folder \(error.message)", code: .unreadableFile) }
        }
        return fragments
    }

    func warnOfUnused(_ fragments: StageFragmentLibrary, used: Set<String>) {
        for case (let name, let node?) in fragments.nodes where !used.contains(name) {
            node.warn(
                "no pipeline uses the fragment", help: "write - use: \(name), or remove the file",
                code: .unusedFragment)
        }
    }
}
