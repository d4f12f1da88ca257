internal import RelayCore

/// Text with placeholders such as `{{ chat.id }}`, which are filled in for each use.
package struct PlaceholderTemplate: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text(String)
        case value(of: String)
    }

    let parts: [Part]

    /// The placeholders in it.
    package var names: Set<String> {
        Set(
            parts.compactMap { part in
                if case .value(let name) = part { name } else { nil }
            }
        )
    }

    /// The text with its placeholders filled in; nil when there is no value for one.
    /// - Parameter encode: what makes a value safe where it stands; nil for one that cannot be.
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

    /// For a place in an address: everything is percent-encoded but letters, digits, `-`, `.`, `_` and `~`, so that a
    /// value never leaves its place (RFC 3986, 2.3). Nil for nothing, and for `.` and `..`, which would lead to another
    /// path.
    package static func percentEncoded(_ value: String) -> String? {
        value.isEmpty || value == "." || value == ".." ? nil : PercentCoding.encode(value)
    }
}

extension PlaceholderTemplate {
    /// What is wrong with a template: where, in Unicode scalars of its text, and what to write instead.
    struct TemplateError: Error, Equatable {
        var offset: Int
        var message: String
        var help: String
    }

    /// - Parameter known: the names that placeholders may have.
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

    /// The text with something in the place of each placeholder, for judging what stands around them.
    func sample(_ value: String) -> String {
        parts.map { part in
            if case .text(let literal) = part { literal } else { value }
        }
        .joined()
    }
}
