internal import RelayCore
internal import RelayJSON

/// The parsed options that an initializer reads: `let size = try options(Self.maxSize)`.
///
/// All options are parsed and their mistakes reported before the initializer runs. The initializer adds the checks that
/// involve several options.
package struct OptionReader: Sendable {
    /// The owner of the options, as it appears in messages: `filter`, `destination "crm"`.
    let title: String
    let fields: [AnyOptionField]
    private let location: ConfigNodeLocation
    private let origin: ConfigSourceDocument
    let nodes: [String: ConfigNode]
    private var values: [String: any Sendable] = [:]

    /// Reads a map of options that a component received as a ``ConfigNode``.
    /// - Parameter title: the owner of the options, as it appears in messages.
    /// - Throws: all mistakes in the map.
    package init(_ node: ConfigNode, as title: String, fields: [AnyOptionField]) throws {
        self = try Self.read(node, as: title, fields: fields)
    }

    /// Returns the option's value, or its default.
    /// - Throws: an error when a required option is missing. This is reported before an initializer runs.
    package func callAsFunction<Value>(_ field: OptionField<Value>) throws -> Value {
        if let box = values[field.name] as? TypeErasedValue<Value> { return box.value }
        if let node = nodes[field.name] { return try field.type.parse(node) }
        guard let value = field.defaultValue else { throw missing(AnyOptionField(field)) }
        return value
    }

    /// The option's value, or its default; nil when its value is invalid.
    package func valid<Value>(_ field: OptionField<Value>) -> Value? {
        if let box = values[field.name] as? TypeErasedValue<Value> { return box.value }
        return nodes[field.name] == nil ? field.defaultValue : nil
    }

    /// The keys of a map and the texts of its values, also when some of them are invalid.
    package func entries<Value>(of field: OptionField<Value>) -> [(key: String, text: String?)] {
        (try? nodes[field.name]?.entries)?.map { ($0.key, try? $0.value.text) } ?? []
    }

    /// Whether the configuration sets the option.
    package func isSet<Value>(_ field: OptionField<Value>) -> Bool {
        nodes[field.name] != nil
    }

    /// Returns an error to throw for a mistake in an option. It points at the option's value, or at one element of its
    /// list.
    package func fail<Value>(
        _ field: OptionField<Value>,
        element: Int? = nil,
        _ message: String,
        help: String? = nil,
        code: DiagnosticCode = .invalidValue
    ) -> any Error {
        guard var node = nodes[field.name] else { return fail(message, help: help, code: code) }
        if let element, node.elements.indices.contains(element) { node = node.elements[element] }
        return node.fail(message, help: help, code: code)
    }

    /// Returns an error to throw for a mistake that does not belong to a single option.
    package func fail(_ message: String, help: String? = nil, code: DiagnosticCode = .invalidValue) -> any Error {
        ValueIssuesError(list: [
            ValueIssue(code: code, origin: origin, location: location, message: message, help: help)
        ])
    }

    /// Reports a warning that does not belong to a single option.
    package func warn(_ message: String, help: String? = nil, code: DiagnosticCode = .invalidValue) {
        origin.report(
            ValueIssue(severity: .warning, code: code, origin: origin, location: location, message: message, help: help)
        )
    }

    func node(_ name: String) -> ConfigNode? { nodes[name] }

    /// The options with their defaults, and secrets as `***`.
    var shown: JSONObject {
        get throws {
            var object = JSONObject()
            for field in fields {
                if let node = nodes[field.name] {
                    object[field.name] = try field.show(node)
                } else if let value = field.defaultJSON, !value.isNull {
                    object[field.name] = field.isSecret ? "***" : value
                }
            }
            return object
        }
    }

    static func defaults(of fields: [AnyOptionField]) -> JSONObject {
        JSONObject(fields.compactMap { field in field.defaultJSON.flatMap { $0.isNull ? nil : (field.name, $0) } })
    }

    private func missing(_ field: AnyOptionField) -> ValueIssuesError {
        var location = location
        location.pointer += "/" + ConfigNode.escaped(field.name)
        let issue = ValueIssue(
            code: .missingOption,
            origin: origin,
            location: location,
            message: "\(title) needs \"\(field.name)\"",
            help: "add \(field.name): \(field.typeName)"
        )
        return ValueIssuesError(list: [issue])
    }

    /// Reads a map of options and throws all mistakes together.
    /// - Parameters:
    ///   - title: the owner of the options, as it appears in messages.
    ///   - otherFields: options of the same map that are read elsewhere.
    ///   - location: the position to report for a missing option; defaults to the map.
    ///   - mainField: the option that a scalar or a list sets.
    static func read(
        _ node: ConfigNode,
        as title: String,
        fields: [AnyOptionField],
        otherFields: [AnyOptionField] = [],
        at location: ConfigNodeLocation? = nil,
        mainField: String? = nil
    ) throws -> OptionReader {
        let (options, error) = try readValid(
            node, as: title, fields: fields, otherFields: otherFields, at: location, mainField: mainField)
        if let error { throw error }
        return options
    }

    /// Reads the valid options of a map, and returns the mistakes in the others together.
    static func readValid(
        _ node: ConfigNode,
        as title: String,
        fields: [AnyOptionField],
        otherFields: [AnyOptionField] = [],
        at location: ConfigNodeLocation? = nil,
        mainField: String? = nil
    ) throws -> (options: OptionReader, error: ValueIssuesError?) {
        var nodes: [String: ConfigNode] = [:]
        var issues: [ValueIssue] = []
        var isIncomplete = false
        let known = (fields + otherFields).map(\.name)
        switch node.content {
        case .null: break
        case .map(let entries):
            for entry in entries {
                if known.contains(entry.key) {
                    nodes[entry.key] = entry.value
                } else {
                    let help = SpellingSuggestion.help(for: entry.key, among: known, intro: "it has") ?? "it has none"
                    let message = "\(title) has no option \"\(entry.key)\""
                    issues += node.issues(message, help: help, at: entry.keyLocation, code: .unknownOption).list
                }
            }
        case .scalar, .list:
            guard let mainField else {
                let example = known.first.map { "write { \($0): … }" }
                throw node.issues("\(title) takes a map of options", help: example ?? "it has none; remove the value")
            }
            nodes[mainField] = ConfigNode(
                label: mainField, content: node.content, location: node.location, origin: node.origin)
        }
        var options = OptionReader(
            title: title,
            fields: fields,
            location: location ?? node.location,
            origin: node.origin,
            nodes: nodes
        )
        for field in fields {
            do {
                if let value = nodes[field.name] {
                    options.values[field.name] = try field.parse(value)
                } else if field.isRequired {
                    throw options.missing(field)
                }
            } catch let found as ValueIssuesError {
                issues += found.list
                isIncomplete = true
            }
        }
        return (options, isIncomplete || !issues.isEmpty ? ValueIssuesError(list: issues) : nil)
    }
}

extension OptionReader {
    private init(
        title: String, fields: [AnyOptionField], location: ConfigNodeLocation, origin: ConfigSourceDocument,
        nodes: [String: ConfigNode]
    ) {
        self.title = title
        self.fields = fields
        self.location = location
        self.origin = origin
        self.nodes = nodes
    }
}
