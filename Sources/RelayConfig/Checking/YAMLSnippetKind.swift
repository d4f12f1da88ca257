/// The kind of a standalone YAML block.
enum YAMLSnippetKind: Equatable {
    case configuration
    case pipeline(name: String)
    case fragment(name: String)
    /// A list of stages from a pipeline.
    case stages
    case stage
    case destination
    /// A test file; nil when it does not name its pipeline.
    case tests(of: String?)
    /// A list of tests from a test file.
    case testList
    case nothing

    /// Determines the kind from the title, or else from the keys; nil when neither identifies it.
    init?(_ node: ConfigNode, title: String?, registry: ConfigurationKindRegistry) {
        if let kind = title.flatMap(Self.init(path:)) {
            self = kind
            return
        }
        if node.isEmpty {
            self = .nothing
        } else if node.isList {
            let isTests = node.elements.allSatisfy { $0["name"] != nil && ($0["expect"] != nil || $0["input"] != nil) }
            self = isTests ? .testList : .stages
        } else {
            let keys = ((try? node.entries) ?? []).map(\.key)
            let sections = ConfigurationSection.allCases.map(\.rawValue) + ["version"]
            if keys.contains("stages") || keys.contains("from") {
                self = .pipeline(name: "default")
            } else if keys.contains("tests") {
                self = .tests(of: nil)
            } else if keys.contains(where: sections.contains) {
                self = .configuration
            } else if keys.contains("type"), let type = try? node["type"]?.text, registry.destination(type) != nil {
                self = .destination
            } else if keys.contains(where: { registry.stage($0) != nil }) {
                self = .stage
            } else {
                return nil
            }
        }
    }

    /// Determines the kind from a file's name and folder.
    init?(path: String) {
        let parts = path.split(separator: "/")
        guard let file = parts.last else { return nil }
        let folder = parts.dropLast().last
        let name = String(file.dropLast(".yaml".count))
        if file.hasSuffix("_test.yaml") {
            self = .tests(of: String(name.dropLast("_test".count)))
        } else if folder == "pipelines" {
            self = .pipeline(name: name)
        } else if folder == "fragments" {
            self = .fragment(name: name)
        } else if file == "config.yaml" {
            self = .configuration
        } else {
            return nil
        }
    }
}
