package import RelayCore

/// One option: its name, type, summary and default.
///
/// Declare an option once as a `static let`, and read its value in the initializer through the same object. Parsing,
/// the default, checks, spelling suggestions, documentation and the masking of secrets are derived from it.
///
///     static let maxSize = Field.size("max_size", "Media above this stays where it is.", default: 16 << 20)
///     static let path = Field.string("path", "Where to write.").optional
///
/// Without a default, and not ``optional``, the option is required.
package struct OptionField<Value: Sendable>: Sendable {
    package let name: String
    /// What the option does: one sentence.
    package let summary: String
    package let type: OptionValueType<Value>
    /// The value when the option is not set; nil when the option is required.
    package let defaultValue: Value?

    package init(_ name: String, _ summary: String, _ type: OptionValueType<Value>, default value: Value? = nil) {
        self.name = name
        self.summary = summary
        self.type = type
        defaultValue = value
    }

    /// The same option, not required; its value is nil when it is not set.
    package var optional: OptionField<Value?> {
        OptionField<Value?>(name, summary, type.optional, default: .some(.none))
    }

    /// An option of a custom type; `parse` throws `node.fail(…)` for invalid values.
    /// - Parameters:
    ///   - typeName: a description of the expected value, with its article, as it appears in messages.
    ///   - shape: the structure of the values, for documentation and schemas.
    package static func custom(
        _ name: String,
        _ summary: String,
        _ typeName: String,
        shape: OptionValueSchema = .anything,
        default value: Value? = nil,
        parse: @escaping @Sendable (ConfigNode) throws -> Value
    ) -> OptionField {
        OptionField(name, summary, .custom(typeName, shape, parse: parse), default: value)
    }

    /// A list; a single value counts as a list of one.
    package static func list<Element>(
        _ name: String,
        _ summary: String,
        of element: OptionValueType<Element>,
        default value: Value? = nil
    ) -> OptionField where Value == [Element] {
        OptionField(name, summary, .list(of: element), default: value)
    }

    /// A map from names to values.
    package static func map<Element>(
        _ name: String,
        _ summary: String,
        of element: OptionValueType<Element>,
        default value: Value? = nil
    ) -> OptionField where Value == [String: Element] {
        OptionField(name, summary, .map(of: element), default: value)
    }

    /// A group of options under one name. Without a default, `make` is called with the defaults of the options.
    /// - Parameter title: the name of the group, as it appears in messages.
    package static func section(
        _ name: String,
        _ summary: String,
        title: String? = nil,
        fields: [AnyOptionField],
        default value: Value? = nil,
        make: @escaping @Sendable (OptionReader) throws -> Value
    ) -> OptionField {
        OptionField(name, summary, .section(title ?? name, fields: fields, make: make), default: value)
    }
}

extension OptionField where Value == String {
    package static func string(_ name: String, _ summary: String, default value: String? = nil) -> OptionField {
        OptionField(name, summary, .string, default: value)
    }

    /// A file path. Relative paths are resolved against the folder of the configuration and made absolute.
    package static func path(_ name: String, _ summary: String) -> OptionField {
        OptionField(name, summary, .path)
    }

    /// A non-empty string that is never shown.
    package static func secret(_ name: String, _ summary: String, default value: String? = nil) -> OptionField {
        OptionField(name, summary, .secret, default: value)
    }

    /// The absolute `http` or `https` URL of a receiver of deliveries.
    package static func url(_ name: String, _ summary: String, default value: String? = nil) -> OptionField {
        OptionField(name, summary, .url(), default: value)
    }

    /// The name of a header field.
    package static func headerName(_ name: String, _ summary: String, default value: String? = nil) -> OptionField {
        OptionField(name, summary, .headerName, default: value)
    }
}

extension OptionField where Value == Int {
    package static func int(
        _ name: String,
        _ summary: String,
        _ range: ClosedRange<Int> = 0...Int.max,
        default value: Int? = nil
    ) -> OptionField {
        OptionField(name, summary, .int(range), default: value)
    }

    /// A size in bytes: `16KiB`, `16MiB`, `16MB`.
    package static func size(
        _ name: String,
        _ summary: String,
        _ range: ClosedRange<Int> = OptionValueSchema.anySize,
        default value: Int? = nil
    ) -> OptionField {
        OptionField(name, summary, .size(range), default: value)
    }
}

extension OptionField where Value == Double {
    package static func number(
        _ name: String,
        _ summary: String,
        _ range: ClosedRange<Double>,
        default value: Double? = nil
    ) -> OptionField {
        OptionField(name, summary, .number(range), default: value)
    }
}

extension OptionField where Value == Bool {
    package static func bool(_ name: String, _ summary: String, default value: Bool? = nil) -> OptionField {
        OptionField(name, summary, .bool, default: value)
    }
}

extension OptionField where Value == Duration {
    /// A duration: `500ms`, `10s`, `5m`, `24h`, `30d`. The default range is 1 ms to 10 years.
    package static func duration(
        _ name: String,
        _ summary: String,
        _ range: ClosedRange<Duration> = OptionValueSchema.anyDuration,
        default value: Duration? = nil
    ) -> OptionField {
        OptionField(name, summary, .duration(range), default: value)
    }
}

extension OptionField where Value == RateLimit {
    /// A rate: `20/s`, `600/m`.
    package static func rate(_ name: String, _ summary: String, default value: RateLimit? = nil) -> OptionField {
        OptionField(name, summary, .rate, default: value)
    }
}

extension OptionField where Value: RawRepresentable<String> & CaseIterable {
    /// One of an enumeration's raw values.
    package static func enumeration(
        _ name: String,
        _ summary: String,
        of type: Value.Type = Value.self,
        default value: Value? = nil
    ) -> OptionField {
        OptionField(name, summary, .enumeration(of: type), default: value)
    }
}

extension OptionField where Value == [String] {
    /// A list of strings; `allowed` limits them to a fixed set. A single value counts as a list of one.
    package static func stringList(
        _ name: String,
        _ summary: String,
        allowed: [String]? = nil,
        default value: [String]? = nil
    ) -> OptionField {
        OptionField(name, summary, .stringList(allowed: allowed), default: value)
    }
}

extension OptionField where Value == [(name: String, value: String)] {
    /// Header fields of a request, in the order in which they are written.
    package static func headers(_ name: String, _ summary: String, default value: Value? = nil) -> OptionField {
        OptionField(name, summary, .headers, default: value)
    }
}

extension OptionField where Value == ConfigNode {
    /// A value of any kind, which the component itself parses later.
    /// - Parameters:
    ///   - typeName: a description of the expected value, with its article, as it appears in messages.
    ///   - shape: the structure of the values, for documentation and schemas.
    package static func node(
        _ name: String,
        _ summary: String,
        _ typeName: String = "anything",
        shape: OptionValueSchema = .anything
    ) -> OptionField {
        OptionField(name, summary, .node(typeName, shape))
    }
}

extension OptionField where Value == EventTypeFilter {
    /// Event types: names, `message.*`, or `*`.
    package static func events(_ name: String, _ summary: String, default value: EventTypeFilter? = nil) -> OptionField
    {
        OptionField(name, summary, .events, default: value)
    }
}
