/// What a piece of YAML is that stands alone.
enum YAMLBlockKind: Equatable {
    case configuration
    case pipeline(name: String)
    case fragment(name: String)
    /// A list of stages out of a pipeline.
    case stages
    case stage
    case destination
    /// A file of tests; without a name when it does not say whose.
    case tests(of: String?)
    /// A list of tests out of a file.
    case testList
    case nothing

    /// By the name that it has, or else by its keys; nil for what cannot be told.
    init?(_ node: ConfigNode, title: String?, registry: ConfigurationRegistry) {
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

    /// By a file's name and its folder.
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
