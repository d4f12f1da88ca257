/// How an option's value is built up: what documentation and schemas need to know of its type.
package indirect enum FieldShape: Sendable {
    /// Text.
    /// - Parameter pattern: a regular expression (ECMA 262) that it matches somewhere; nil: any text.
    case text(pattern: String? = nil)
    /// One of these.
    case words([String])
    case bool
    case int(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case duration(ClosedRange<Duration>)
    /// Bytes.
    case size(ClosedRange<Int>)
    /// A list; a single value counts as a list of one.
    case list(FieldShape)
    /// Names and what each stands for.
    /// - Parameter names: a regular expression that names match; nil: any.
    case map(FieldShape, names: String? = nil)
    /// A map of these options.
    case options([AnyField])
    /// A map of options that depend on the kind that one of them names.
    /// - Parameter key: the option that names the kind.
    case kinds([FieldKind], key: String = "type")
    /// One of several shapes.
    case either([FieldShape])
    /// A list of stages.
    case stages
    case anything
}

/// One kind of something, and its options.
package struct FieldKind: Sendable {
    /// The word that names it.
    package let name: String
    /// What it is: one sentence.
    package let summary: String
    /// Without the one that names the kind.
    package let fields: [AnyField]

    package init(name: String, summary: String, fields: [AnyField]) {
        self.name = name
        self.summary = summary
        self.fields = fields
    }
}

extension FieldShape {
    /// The words that are allowed, in a list or alone; nil when there is no fixed set.
    package var words: [String]? {
        switch self {
        case .words(let words): words
        case .bool: ["true", "false"]
        case .list(let element): element.words
        default: nil
        }
    }

    /// The least and the most where somebody set them and the type's name does not say: `from 0s to 10m`.
    package var bounds: String? {
        switch self {
        case .duration(let range) where range != Self.anyDuration:
            "from \(QuantityFormat.durationText(range.lowerBound)) to \(QuantityFormat.durationText(range.upperBound))"
        case .size(let range) where range != Self.anySize:
            "from \(QuantityFormat.sizeText(range.lowerBound)) to \(QuantityFormat.sizeText(range.upperBound))"
        case .list(let element): element.bounds
        default: nil
        }
    }

    /// What durations have unless told otherwise: up to 10 years.
    package static let anyDuration: ClosedRange<Duration> = .milliseconds(1)...(.seconds(10 * 365 * 86_400))
    /// What sizes have unless told otherwise.
    package static let anySize: ClosedRange<Int> = 1...(1 << 40)
}
