package import RelayConfig
internal import RelayJSON

/// Something that a configuration can name: what it is, and its options.
package struct ReferenceEntry: Sendable {
    /// What it is one of.
    package enum Group: String, Sendable, CaseIterable {
        case section, destination, pipeline, stage, test, auth, transport, format

        /// As a heading over all of them.
        var title: String {
            switch self {
            case .section: "Sections of config.yaml"
            case .destination: "Kinds of destinations"
            case .pipeline: "Pipelines"
            case .stage: "Stages"
            case .test: "Tests"
            case .auth: "Kinds of auth"
            case .transport: "Transports"
            case .format: "Formats"
            }
        }

        /// What one of them is, to stand behind its name.
        var noun: String {
            switch self {
            case .section: "a section of config.yaml"
            case .destination: "a kind of destination (type: in destinations)"
            case .pipeline: "a part of pipelines/NAME.yaml"
            case .stage: "a stage"
            case .test: "a part of tests"
            case .auth: "a kind of auth (type: in a source's auth)"
            case .transport: "a transport (transport: in sources)"
            case .format: "a format (format: in sources)"
            }
        }
    }

    package let group: Group
    package let name: String
    /// One sentence.
    package let summary: String
    /// What else is to be known, one sentence each.
    package var notes: [String] = []
    package var fields: [AnyField] = []
    /// How it is written, in YAML; nil when the options say it.
    package var example: String?

    /// The options with those of the maps in them, `breaker.failures` after `breaker`.
    package var options: [ReferenceOption] { ReferenceOption.all(of: fields, inAlternatives: group == .test) }
}

/// One option of an entry.
package struct ReferenceOption: Sendable {
    /// `failures`, or `breaker.failures` for one that stands in another.
    package let path: String
    package let field: AnyField

    /// What to write: `a duration such as 10s, from 0s to 10m`.
    var type: String {
        let bounds = field.shape.bounds
        return field.typeName + (bounds.map { ", " + $0 } ?? "")
    }

    /// What holds when nobody sets it; nil when it is required, or nothing holds then.
    var value: String? {
        guard !field.isRequired, let json = field.defaultJSON, !json.isNull else { return nil }
        if case .options = field.shape { return nil }
        let text = json.array?.map { $0.string ?? $0.text }.joined(separator: ", ") ?? json.string ?? json.text
        return text.isEmpty || json.object?.isEmpty == true ? nil : text
    }

    /// - Parameter inAlternatives: whether options count that are one way among others to write a value, or stand in a
    ///   list: a policy of a destination's own is told where policies are, and a stage's stages where stages are.
    static func all(of fields: [AnyField], under prefix: String = "", inAlternatives: Bool) -> [ReferenceOption] {
        fields.flatMap { field in
            let path = prefix + field.name
            let inner = Self.inner(of: field.shape, inAlternatives)
            return [ReferenceOption(path: path, field: field)]
                + all(of: inner, under: path + ".", inAlternatives: inAlternatives)
        }
    }

    /// The options that stand in an option's value.
    private static func inner(of shape: FieldShape, _ inAlternatives: Bool) -> [AnyField] {
        switch shape {
        case .options(let fields): fields
        case .list(let element) where inAlternatives, .map(let element, names: _) where inAlternatives:
            inner(of: element, true)
        case .either(let shapes) where inAlternatives: shapes.flatMap { inner(of: $0, true) }
        default: []
        }
    }
}
