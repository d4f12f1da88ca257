package import RelayCore
internal import RelayJSON

extension OptionValueType where Value == String {
    /// A string.
    package static var string: OptionValueType {
        OptionValueType("text", show: { .string($0) }, parse: { try $0.text(expected: "text") })
    }

    /// A session's id: see ``Session/isValid(id:)``.
    package static var sessionID: OptionValueType {
        OptionValueType("a session's id", show: { .string($0) }) { node in
            let id = try node.text(expected: "a session's id")
            guard !id.isEmpty else {
                throw node.issues(
                    "\"\(node.label)\" is empty", help: "name a session, or remove the option", code: .emptyValue)
            }
            guard Session.isValid(id: id) else {
                throw node.issues(
                    "\"\(node.label)\" is not a session's id", help: "use 1 to 128 of A-Z a-z 0-9 . _ : @ + -")
            }
            return id
        }
    }

    /// A non-empty string that is shown as `***`.
    package static var secret: OptionValueType {
        OptionValueType("a secret", isSecret: true, show: { _ in .string("***") }) { node in
            node.hide()
            let text = try node.text(expected: "a secret")
            guard !text.isEmpty else {
                throw node.issues(
                    "\"\(node.label)\" is empty", help: "give the secret, or remove the option", code: .emptyValue)
            }
            return text
        }
    }
}

extension OptionValueType where Value == String {
    /// A file path. Relative paths are resolved against the folder of the configuration and made absolute.
    package static var path: OptionValueType {
        let name = "a path such as data/events.ndjson"
        return OptionValueType(name, show: { .string($0) }, showNode: { $0.json }) { node in
            let text = try node.text(expected: name)
            guard !text.isEmpty, !text.hasSuffix("/") else { throw node.issues("\"\(node.label)\" names no file") }
            guard !text.unicodeScalars.contains("\0") else {
                throw node.issues("\"\(node.label)\" has a zero byte in it")
            }
            return BoundedFileReader.absolute(
                text, from: node.origin.interpolation?.directory ?? BoundedFileReader.currentDirectory)
        }
    }

    /// A string from a set that is known when the configuration loads.
    /// - Parameter what: the kind of thing that the strings name, as it appears in messages: `source`.
    package static func word(among known: [String], what: String) -> OptionValueType {
        OptionValueType(QuantitySyntax.choice(known), .words(known), show: { .string($0) }) {
            try $0.choose(among: known, what: what)
        }
    }
}

extension OptionValueType where Value == Bool {
    package static var bool: OptionValueType {
        OptionValueType("true or false", .bool, show: { .bool($0) }) { node in
            switch try node.text(expected: "true or false").lowercased() {
            case "true": return true
            case "false": return false
            case "yes", "on", "y": throw node.mismatch("true or false", help: "write true")
            case "no", "off", "n": throw node.mismatch("true or false", help: "write false")
            default: throw node.mismatch("true or false")
            }
        }
    }
}

extension OptionValueType where Value == Int {
    package static func int(_ range: ClosedRange<Int>) -> OptionValueType {
        let name =
            range.count == 1
            ? "\(range.lowerBound)"
            : range.upperBound == .max
                ? "a whole number from \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return OptionValueType(name, .int(range), show: { .int(Int64($0)) }) { node in
            guard let value = Int(try node.text(expected: name)), range.contains(value) else {
                throw node.mismatch(name)
            }
            return value
        }
    }

    /// A size in bytes: `16KiB`, `16MiB`, `16MB`.
    package static func size(_ range: ClosedRange<Int> = OptionValueSchema.anySize) -> OptionValueType {
        let name = "a size such as 64KiB or 16MiB"
        return OptionValueType(name, .size(range), show: { .string(QuantitySyntax.sizeText($0)) }) { node in
            let text = try node.text(expected: name)
            guard let value = QuantitySyntax.size(text) else {
                if Int(text) != nil {
                    let help = "write \(text)KiB, \(text)MiB, or \(text)B for bytes"
                    throw node.issues("\"\(node.label)\" needs a unit", help: help, code: .missingUnit)
                }
                throw node.mismatch(name)
            }
            guard range.contains(value) else {
                let bounds =
                    "\(QuantitySyntax.sizeText(range.lowerBound)) to \(QuantitySyntax.sizeText(range.upperBound))"
                throw node.mismatch("a size from \(bounds)")
            }
            return value
        }
    }
}

extension OptionValueType where Value == Double {
    package static func number(_ range: ClosedRange<Double>) -> OptionValueType {
        let name =
            "a number from \(QuantitySyntax.numberText(range.lowerBound)) to \(QuantitySyntax.numberText(range.upperBound))"
        return OptionValueType(name, .number(range), show: { .number(QuantitySyntax.numberText($0)) }) { node in
            let text = try node.text(expected: name)
            let isDecimal = text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
            guard isDecimal, let value = Double(text), range.contains(value) else { throw node.mismatch(name) }
            return value
        }
    }
}

extension OptionValueType where Value == Duration {
    /// A duration: `500ms`, `10s`, `5m`, `24h`, `30d`.
    package static func duration(
        _ range: ClosedRange<Duration> = OptionValueSchema.anyDuration
    ) -> OptionValueType {
        let name = "a duration such as 500ms, 10s or 24h"
        return OptionValueType(name, .duration(range), show: { .string(QuantitySyntax.durationText($0)) }) { node in
            let text = try node.text(expected: name)
            guard let value = QuantitySyntax.duration(text) else {
                if Int(text) != nil {
                    let help = "write \(text)s for seconds or \(text)ms for milliseconds"
                    throw node.issues("\"\(node.label)\" needs a unit", help: help, code: .missingUnit)
                }
                throw node.mismatch(name, help: "a whole number and one of ms, s, m, h, d")
            }
            guard range.contains(value) else {
                let bounds =
                    "\(QuantitySyntax.durationText(range.lowerBound)) to \(QuantitySyntax.durationText(range.upperBound))"
                throw node.mismatch("a duration from \(bounds)")
            }
            return value
        }
    }
}

extension OptionValueType where Value == RateLimit {
    /// A rate: `20/s`, `600/m`, `1000/h`.
    package static var rate: OptionValueType<RateLimit> {
        let name = "a rate such as 20/s or 600/m"
        return OptionValueType(name, .text(pattern: "^[0-9]+/[smh]$"), show: { .string($0.description) }) { node in
            let text = try node.text(expected: name)
            guard let value = RateLimit(text) else {
                if Int(text) != nil {
                    let help = "write \(text)/s or \(text)/m"
                    throw node.issues("\"\(node.label)\" needs a time to count in", help: help, code: .missingUnit)
                }
                throw node.mismatch(name, help: "a whole number from 1, and /s, /m or /h")
            }
            return value
        }
    }
}

extension OptionValueType where Value: RawRepresentable<String> & CaseIterable {
    /// One of an enumeration's raw values.
    package static func enumeration(of type: Value.Type = Value.self) -> OptionValueType {
        let words = Value.allCases.map(\.rawValue)
        let name = QuantitySyntax.choice(words)
        return OptionValueType(name, .words(words), show: { .string($0.rawValue) }) { node in
            let text = try node.text(expected: name)
            guard let value = Value(rawValue: text) else {
                let nearest = SpellingSuggestion.nearest(to: text, among: words)
                throw node.mismatch(name, help: nearest.map { "did you mean \"\($0)\"?" })
            }
            return value
        }
    }
}
