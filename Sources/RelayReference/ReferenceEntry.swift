package import RelayConfig
internal import RelayJSON

/// A kind of configuration item with its description and options.
package struct ReferenceEntry: Sendable {
    /// The group of an entry.
    package enum Group: String, Sendable, CaseIterable {
        case section, destination, pipeline, stage, test, auth, transport, format

        /// The heading of the group.
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

        /// The noun for one entry of the group, which follows the entry's name.
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
    /// A description in one sentence.
    package let summary: String
    /// Further notes, one sentence each.
    package var notes: [String] = []
    package var fields: [AnyOptionField] = []
    /// An example in YAML; nil when the options are sufficient.
    package var example: String?

    /// The options, followed by those of nested maps: `breaker.failures` after `breaker`.
    package var options: [OptionDocumentation] { OptionDocumentation.all(of: fields, inAlternatives: group == .test) }
}

/// One option of an entry.
package struct OptionDocumentation: Sendable {
    /// `failures`, or `breaker.failures` for a nested option.
    package let path: String
    package let field: AnyOptionField

    /// The permitted values: `a duration such as 10s, from 0s to 10m`.
    var type: String {
        let bounds = field.shape.bounds
        return field.typeName + (bounds.map { ", " + $0 } ?? "")
    }

    /// The default value; nil when the option is required or has no default.
    var value: String? {
        guard !field.isRequired, let json = field.defaultJSON, !json.isNull else { return nil }
        if case .options = field.shape { return nil }
        let text = json.array?.map { $0.string ?? $0.text }.joined(separator: ", ") ?? json.string ?? json.text
        return text.isEmpty || json.object?.isEmpty == true ? nil : text
    }

    /// - Parameter inAlternatives: whether to include options that are one of several forms of a value, or in a list.
    ///   They are left out where another entry documents them: a destination's own policy under policies, nested stages
    ///   under stages.
    static func all(of fields: [AnyOptionField], under prefix: String = "", inAlternatives: Bool)
        -> [OptionDocumentation]
    {
        fields.flatMap { field in
            let path = prefix + field.name
            let inner = Self.inner(of: field.shape, inAlternatives)
            return [OptionDocumentation(path: path, field: field)]
                + all(of: inner, under: path + ".", inAlternatives: inAlternatives)
        }
    }

    /// The options nested in an option's value.
    private static func inner(of shape: OptionValueSchema, _ inAlternatives: Bool) -> [AnyOptionField] {
        switch shape {
        case .options(let fields): fields
        case .list(let element) where inAlternatives, .map(let element, names: _) where inAlternatives:
            inner(of: element, true)
        case .either(let shapes) where inAlternatives: shapes.flatMap { inner(of: $0, true) }
        default: []
        }
    }
}
