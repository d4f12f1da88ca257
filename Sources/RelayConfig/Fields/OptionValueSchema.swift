/// The structure of an option's value, as documentation and schemas describe it.
package indirect enum OptionValueSchema: Sendable {
    /// A string.
    /// - Parameter pattern: an unanchored regular expression (ECMA 262) that the string matches; nil for any string.
    case text(pattern: String? = nil)
    /// One of these strings.
    case words([String])
    case bool
    case int(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case duration(ClosedRange<Duration>)
    /// A size in bytes.
    case size(ClosedRange<Int>)
    /// A list; a single value counts as a list of one.
    case list(OptionValueSchema)
    /// A map from names to values.
    /// - Parameter names: a regular expression that the names match; nil for any name.
    case map(OptionValueSchema, names: String? = nil)
    /// A map of these options.
    case options([AnyOptionField])
    /// A map whose options depend on the kind that one of them names.
    /// - Parameter key: the option that names the kind.
    case kinds([OptionVariant], key: String = "type")
    /// One of several shapes.
    case either([OptionValueSchema])
    /// A list of stages.
    case stages
    case anything
}

/// One kind of a configured value, and its options.
package struct OptionVariant: Sendable {
    /// The name of the kind.
    package let name: String
    /// A description of the kind: one sentence.
    package let summary: String
    /// The options of the kind, without the option that names the kind.
    package let fields: [AnyOptionField]

    package init(name: String, summary: String, fields: [AnyOptionField]) {
        self.name = name
        self.summary = summary
        self.fields = fields
    }
}

extension OptionValueSchema {
    /// The allowed strings of a value or of the elements of a list; nil when there is no fixed set.
    package var words: [String]? {
        switch self {
        case .words(let words): words
        case .bool: ["true", "false"]
        case .list(let element): element.words
        default: nil
        }
    }

    /// The range, such as `from 0s to 10m`; nil when it is the default range, or the type's name already contains it.
    package var bounds: String? {
        switch self {
        case .duration(let range) where range != Self.anyDuration:
            "from \(QuantitySyntax.durationText(range.lowerBound)) to \(QuantitySyntax.durationText(range.upperBound))"
        case .size(let range) where range != Self.anySize:
            "from \(QuantitySyntax.sizeText(range.lowerBound)) to \(QuantitySyntax.sizeText(range.upperBound))"
        case .list(let element): element.bounds
        default: nil
        }
    }

    /// The default range of durations: up to 10 years.
    package static let anyDuration: ClosedRange<Duration> = .milliseconds(1)...(.seconds(10 * 365 * 86_400))
    /// The default range of sizes, in bytes.
    package static let anySize: ClosedRange<Int> = 1...(1 << 40)
}
