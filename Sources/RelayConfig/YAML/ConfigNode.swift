internal import RelayCore

/// A value of the configuration with its position: a scalar, a list, or a map.
package struct ConfigNode: Sendable {
    /// One option of a map.
    package struct Entry: Sendable {
        package let key: String
        package let value: ConfigNode
        let keyLocation: ConfigNodeLocation
    }

    enum Content: Sendable {
        case null
        case scalar(Scalar)
        case list([ConfigNode])
        case map([Entry])
    }

    struct Scalar: Sendable {
        enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }
        /// The text before `${…}` is resolved.
        var written: String
        var style: Style
    }

    /// The name of the option; for an element of a list, the name of the list's option.
    package let label: String
    let content: Content
    let location: ConfigNodeLocation
    let origin: ConfigSourceDocument

    /// Whether the value is missing: `key:` or `key: null`.
    package var isEmpty: Bool {
        if case .null = content { true } else { false }
    }

    /// Whether the value is a map of options.
    package var isMap: Bool {
        if case .map = content { true } else { false }
    }

    /// Whether the value is a list.
    package var isList: Bool {
        if case .list = content { true } else { false }
    }

    /// The scalar with `${…}` resolved.
    /// - Throws: an error when the value is empty, is not a scalar, or refers to a variable that is not set.
    package var text: String {
        get throws { try text(expected: "text") }
    }

    /// The elements of a list. A single value counts as a list of one, and a missing value as an empty list.
    package var elements: [ConfigNode] {
        switch content {
        case .null: []
        case .list(let nodes): nodes
        case .scalar, .map: [self]
        }
    }

    /// The options of a map, in their order. A missing value counts as an empty map.
    /// - Throws: an error when the value is a scalar or a list.
    package var entries: [Entry] {
        get throws {
            switch content {
            case .null: return []
            case .map(let entries): return entries
            case .scalar, .list: throw mismatch("a map of options")
            }
        }
    }

    package subscript(key: String) -> ConfigNode? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Returns an error to throw for a mistake in this value.
    package func fail(_ message: String, help: String? = nil, code: DiagnosticCode = .invalidValue) -> any Error {
        issues(message, help: help, code: code)
    }

    /// Returns an error to throw for a mistake inside this value's text.
    /// - Parameter offset: the position of the mistake, in Unicode scalars of ``text``.
    package func fail(
        _ message: String, help: String? = nil, at offset: Int, code: DiagnosticCode = .invalidValue
    ) -> any Error {
        let resolved = try? resolved(expected: "text")
        return issues(message, help: help, at: resolved.map { location(of: $0.writtenOffset(of: offset)) }, code: code)
    }

    /// Reports a warning: the value can be used, but probably does not do what was intended.
    package func warn(_ message: String, help: String? = nil, code: DiagnosticCode = .invalidValue) {
        warn(message, help: help, at: location, code: code)
    }

    func warn(_ message: String, help: String?, at location: ConfigNodeLocation, code: DiagnosticCode) {
        guard !isUnknown else { return }
        origin.report(
            ValueIssue(severity: .warning, code: code, origin: origin, location: location, message: message, help: help)
        )
    }

    /// Creates an issue for this value; empty when the value is unknown.
    func issues(
        _ message: String,
        help: String? = nil,
        at location: ConfigNodeLocation? = nil,
        code: DiagnosticCode = .invalidValue
    ) -> ValueIssuesError {
        guard !isUnknown else { return ValueIssuesError(list: []) }
        return ValueIssuesError(
            list: [
                ValueIssue(
                    code: code, origin: origin, location: location ?? self.location, message: message, help: help)
            ])
    }

    func text(expected: String) throws -> String {
        try resolved(expected: expected).text
    }

    func resolved(expected: String) throws -> VariableInterpolation.Resolved {
        guard case .scalar(let scalar) = content else { throw mismatch(expected) }
        guard let interpolation = origin.interpolation else {
            return VariableInterpolation.Resolved(text: scalar.written, parts: [(0, 0, true)])
        }
        do throws(VariableInterpolation.InterpolationError) {
            return try interpolation.resolve(scalar.written)
        } catch {
            let location = location(of: error.offset, length: error.length)
            throw issues(error.message, help: error.help, at: location, code: error.code)
        }
    }

    /// Creates the issue of a value of an unexpected kind. It quotes the written text, never the resolved one.
    func mismatch(_ expected: String, help: String? = nil) -> ValueIssuesError {
        // The root of the document has no name.
        let name = label.isEmpty ? "the file" : "\"\(label)\""
        return switch content {
        case .null:
            issues("\(name) is empty", help: help ?? "write \(expected), or remove the option", code: .emptyValue)
        case .list: issues("\(name) must be \(expected), not a list", help: help)
        case .map: issues("\(name) must be \(expected), not a map of options", help: help)
        case .scalar: issues("\(name) must be \(expected), not \(shown)", help: help)
        }
    }

    /// The written text, truncated and with control characters replaced, for display in a terminal.
    var shown: String {
        guard case .scalar(let scalar) = content else { return "\"\"" }
        let clean = scalar.written.unicodeScalars.prefix(60).map {
            $0.properties.generalCategory == .control ? " " : $0
        }
        let ellipsis = scalar.written.unicodeScalars.count > 60 ? "…" : ""
        return "\"" + String(String.UnicodeScalarView(clean)) + ellipsis + "\""
    }

    /// Whether the value is literal, not taken from a variable or a file.
    var isLiteral: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return origin.interpolation == nil || !scalar.written.contains("${")
    }

    /// Whether the value comes from a variable or a file that is treated as set to an unknown value.
    var isUnknown: Bool {
        guard case .scalar(let scalar) = content, let interpolation = origin.interpolation, interpolation.assumes,
            scalar.written.contains("${")
        else { return false }
        return ((try? interpolation.resolve(scalar.written))?.isKnown ?? true) == false
    }

    /// A copy of the node with another text.
    func standing(for text: String) -> ConfigNode {
        let scalar = Scalar(written: text, style: .doubleQuoted)
        return ConfigNode(label: label, content: .scalar(scalar), location: location, origin: origin)
    }

    /// Masks a literal secret in the source lines of diagnostics and in ``shownJSON``.
    func hide() {
        guard isLiteral, case .scalar(let scalar) = content, location.line > 0 else { return }
        origin.conceal(location.pointer, as: "***")
        let end = location(of: scalar.written.unicodeScalars.count)
        var line = location.line
        while line < end.line {
            origin.hide(
                ConfigNodeLocation(line: line, column: line == location.line ? location.column : 1, length: .max / 2))
            line += 1
        }
        let start = line == location.line ? location.column : 1
        let quote = scalar.style == .singleQuoted || scalar.style == .doubleQuoted ? 1 : 0
        origin.hide(ConfigNodeLocation(line: line, column: start, length: end.column - start + quote))
    }

    /// Removes the query of a URL, which may contain keys, from ``shownJSON``.
    func hideQuery() {
        guard case .scalar(let scalar) = content, scalar.written.contains("?") else { return }
        origin.conceal(location.pointer, as: URLValidation.shown(scalar.written))
    }

    /// Does the same as ``hide()`` for every scalar in a list or a map.
    func hideAll() {
        switch content {
        case .null: break
        case .scalar: hide()
        case .list(let nodes): nodes.forEach { $0.hideAll() }
        case .map(let entries): entries.forEach { $0.value.hideAll() }
        }
    }

    /// Reads a name from a fixed set.
    func choose(among known: [String], what: String, code: DiagnosticCode = .unknownWord) throws -> String {
        let text = try text(expected: "a name")
        guard known.contains(text) else {
            let help = SpellingSuggestion.help(for: text, among: known)
            throw issues("there is no \(what) \(shown)", help: help, code: code)
        }
        return text
    }

    /// An empty map at the same position, for defaults.
    func emptied() -> ConfigNode {
        ConfigNode(label: label, content: .null, location: location, origin: origin)
    }
}
