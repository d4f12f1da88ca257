internal import RelayCore

/// A string with placeholders such as `{{ chat.id }}`, which are replaced for each use.
package struct PlaceholderTemplate: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text(String)
        case value(of: String)
    }

    let parts: [Part]

    /// The names of its placeholders.
    package var names: Set<String> {
        Set(
            parts.compactMap { part in
                if case .value(let name) = part { name } else { nil }
            }
        )
    }

    /// Returns the string with its placeholders replaced; nil when a placeholder has no value.
    /// - Parameter encode: encodes a value for its context; returns nil for a value that cannot be encoded.
    package func filled(_ values: [String: String], encode: (String) -> String?) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .value(let name):
                guard let value = values[name], let encoded = encode(value) else { return nil }
                text += encoded
            }
        }
        return text
    }

    /// Encodes a value for the path or query of a URL: all characters except letters, digits, `-`, `.`, `_` and `~` are
    /// percent-encoded (RFC 3986, 2.3), so that a value cannot add URL components. Returns nil for an empty string, and
    /// for `.` and `..`, which would change the path.
    package static func percentEncoded(_ value: String) -> String? {
        value.isEmpty || value == "." || value == ".." ? nil : PercentCoding.encode(value)
    }
}

extension PlaceholderTemplate {
    /// A mistake in a template: its offset in Unicode scalars, and how to fix it.
    struct TemplateError: Error, Equatable {
        var offset: Int
        var message: String
        var help: String
    }

    /// - Parameter known: the allowed names of placeholders.
    init(_ text: String, known: [String]) throws(TemplateError) {
        let help = "there are: " + known.map { "{{ \($0) }}" }.joined(separator: ", ")
        var parts: [Part] = []
        var rest = text[...]
        func offset() -> Int { text[..<rest.startIndex].unicodeScalars.count }
        while let start = rest.firstRange(of: "{{") {
            if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
            rest = rest[start.lowerBound...]
            guard let end = rest.firstRange(of: "}}") else {
                throw TemplateError(offset: offset(), message: "has a {{ without its }}", help: help)
            }
            let name = rest[start.upperBound..<end.lowerBound].split(separator: " ").joined(separator: " ")
            guard known.contains(name) else {
                let nearest = SpellingSuggestion.nearest(to: name, among: known)
                throw TemplateError(
                    offset: offset(),
                    message: "has a placeholder that there is not",
                    help: nearest.map { "did you mean {{ \($0) }}?" } ?? help
                )
            }
            parts.append(.value(of: name))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// Returns the string with every placeholder replaced by `value`, for checks of the surrounding text.
    func sample(_ value: String) -> String {
        parts.map { part in
            if case .text(let literal) = part { literal } else { value }
        }
        .joined()
    }
}
