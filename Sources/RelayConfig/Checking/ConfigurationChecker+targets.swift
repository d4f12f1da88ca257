extension ConfigurationChecker {
    /// One item to check.
    enum Target {
        /// A `config.yaml` with its `pipelines/` and `fragments/` folders.
        case configuration(String)
        /// A pipeline, a fragment or a test file that belongs to the given `config.yaml`.
        case part(String, of: String)
        /// A pipeline, a fragment or a test file without a `config.yaml`.
        case alone(String)
        case document(String)
        case wrong(String, String)

        var key: String {
            switch self {
            case .configuration(let path), .part(let path, _), .alone(let path), .document(let path),
                .wrong(let path, _):
                BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory)
            }
        }
    }

    /// The targets that a path refers to.
    func targets(_ path: String) -> [Target] {
        if let names = try? BoundedFileReader.list(path) { return folder(path, names) }
        if Self.isMarkdown(path) { return [.document(path)] }
        guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else {
            return [.wrong(path, "the file is no YAML and no Markdown: its name ends with neither .yaml nor .md")]
        }
        guard
            let kind = YAMLSnippetKind(
                path: BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory)),
            kind != .configuration
        else { return [.configuration(path)] }
        let configuration = Self.beside(path)
        return [Self.exists(configuration) ? .part(path, of: configuration) : .alone(path)]
    }

    /// The configurations and documents in a folder and its subfolders.
    private func folder(_ path: String, _ names: [String]) -> [Target] {
        let prefix = path == "." || path == "./" ? "" : path.hasSuffix("/") ? path : path + "/"
        let isParts = ["pipelines", "fragments"].contains(
            BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory).split(separator: "/").last)
        var targets: [Target] = []
        for name in names where name != "node_modules" {
            let file = prefix + name
            if let inner = try? BoundedFileReader.list(file) {
                // What lies beside a configuration is checked with it.
                let isCovered = ["pipelines", "fragments"].contains(name) && names.contains("config.yaml")
                if !isCovered { targets += folder(file, inner) }
            } else if Self.isMarkdown(name) {
                targets.append(.document(file))
            } else if name == "config.yaml" {
                targets.append(.configuration(file))
            } else if isParts, name.hasSuffix(".yaml") {
                targets += self.targets(file)
            }
        }
        return targets
    }

    private static func isMarkdown(_ path: String) -> Bool { path.hasSuffix(".md") || path.hasSuffix(".markdown") }

    /// The path of the `config.yaml` next to the folder of a file in `pipelines/` or `fragments/`.
    private static func beside(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return "../config.yaml"
        case 2 where parts[0] != "" && parts[0] != "." && parts[0] != "..": return "config.yaml"
        default:
            let folder = parts.dropLast(2).joined(separator: "/")
            return parts[parts.count - 2].allSatisfy { $0 == "." }
                ? parts.dropLast().joined(separator: "/") + "/../config.yaml" : folder + "/config.yaml"
        }
    }

    private static func exists(_ path: String) -> Bool {
        (try? BoundedFileReader.read(path, maximum: YAMLReader.maximumFileSize)) != nil
    }
}
