package import RelayConfig
internal import RelayJSON

/// A kind of configuration item with its description and options, or an event with its fields.
package struct ReferenceEntry: Sendable {
    /// The group of an entry.
    package enum Group: String, Sendable, CaseIterable {
        case section, destination, pipeline, stage, test, auth, transport, format, event, content

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
            case .event: "Events"
            case .content: "Types of content"
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
            case .event: "an event"
            case .content: "a type of content (payload.type)"
            }
        }

        /// The section that documents the options of every entry of the group, in addition to its own.
        var commonOptions: String? {
            switch self {
            case .destination: "destinations"
            case .transport: "sources"
            default: nil
            }
        }

        /// The noun for a part of an entry.
        var memberNoun: String { isDelivered ? "a field" : "an option" }

        /// Whether its entries describe what receivers get, and not the configuration.
        var isDelivered: Bool { self == .event || self == .content }
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

    /// What receivers get: the fields of each form that the event or the content has.
    package var sections: [ReferenceSection] = []

    /// The options, followed by those of nested maps: `breaker.failures` after `breaker`. Fields of several forms stand
    /// there once.
    package var options: [OptionDocumentation] {
        guard sections.isEmpty else {
            var seen: Set<String> = []
            return sections.flatMap(\.options).filter { seen.insert($0.path).inserted }
        }
        return OptionDocumentation.all(of: fields, inAlternatives: group == .test || group == .stage)
    }
}

/// The fields of one form.
package struct ReferenceSection: Sendable {
    package let title: String
    package let options: [OptionDocumentation]
}

/// One option of an entry, or one field.
package struct OptionDocumentation: Sendable, Hashable {
    /// Whether the option must be there, or the field is.
    enum Presence: Sendable, Hashable {
        case required
        case optional
        /// Optional, with a default value.
        case defaulted(String)
        /// A clause: `always`, `when …`.
        case stated(String)
    }

    /// `failures`, or `breaker.failures` for a nested option.
    package let path: String
    /// `failures`.
    package let name: String
    /// A description in one sentence.
    package let summary: String
    /// The permitted values: `a duration such as 10s, from 0s to 10m`.
    let type: String
    let presence: Presence

    init(path: String, name: String, summary: String, type: String, presence: Presence) {
        self.path = path
        self.name = name
        self.summary = summary
        self.type = type
        self.presence = presence
    }

    init(path: String, field: AnyOptionField) {
        let bounds = field.shape.bounds
        self.init(
            path: path,
            name: field.name,
            summary: field.summary,
            type: field.typeName + (bounds.map { ", " + $0 } ?? ""),
            presence: field.isRequired ? .required : Self.value(of: field).map(Presence.defaulted) ?? .optional
        )
    }

    /// The default value; nil when the option is required or has no default.
    var value: String? {
        guard case .defaulted(let value) = presence else { return nil }
        return value
    }

    private static func value(of field: AnyOptionField) -> String? {
        guard let json = field.defaultJSON, !json.isNull else { return nil }
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
