internal import RelayCore

/// A value of the configuration with its place: a scalar, a list, or a map.
package struct ConfigNode: Sendable {
    /// One option of a map.
    package struct Entry: Sendable {
        package let key: String
        package let value: ConfigNode
        let keyPlace: NodeLocation
    }

    enum Content: Sendable {
        case null
        case scalar(Scalar)
        case list([ConfigNode])
        case map([Entry])
    }

    struct Scalar: Sendable {
        enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }
        /// Before `${…}` is resolved.
        var written: String
        var style: Style
    }

    /// The option's name; for an element of a list, the list's.
    package let label: String
    let content: Content
    let place: NodeLocation
    let origin: ConfigDocument

    /// Whether nothing is there: `key:` or `key: null`.
    package var isEmpty: Bool {
        if case .null = content { true } else { false }
    }

    /// Whether it is a map of options.
    package var isMap: Bool {
        if case .map = content { true } else { false }
    }

    /// Whether it is a list.
    package var isList: Bool {
        if case .list = content { true } else { false }
    }

    /// The scalar with `${…}` resolved.
    /// - Throws: when it is empty, no scalar, or names an unset variable.
    package var text: String {
        get throws { try text(expected: "text") }
    }

    /// The elements of a list; a single value counts as a list of one, nothing as an empty one.
    package var elements: [ConfigNode] {
        switch content {
        case .null: []
        case .list(let nodes): nodes
        case .scalar, .map: [self]
        }
    }

    /// The options of a map, in their order; nothing counts as an empty map.
    /// - Throws: when it is a scalar or a list.
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

    /// A mistake in this value, to be thrown.
    package func fail(_ message: String, help: String? = nil, code: DiagnosticCode = .invalidValue) -> any Error {
        issues(message, help: help, code: code)
    }

    /// A mistake inside of this value's text, to be thrown.
    /// - Parameter offset: where, in Unicode scalars of ``text``.
    package func fail(
        _ message: String, help: String? = nil, at offset: Int, code: DiagnosticCode = .invalidValue
    ) -> any Error {
        let resolved = try? resolved(expected: "text")
        return issues(message, help: help, at: resolved.map { place(of: $0.writtenOffset(of: offset)) }, code: code)
    }

    /// Reports something that can be used, and probably does not do what was meant.
    package func warn(_ message: String, help: String? = nil, code: DiagnosticCode = .invalidValue) {
        warn(message, help: help, at: place, code: code)
    }

    func warn(_ message: String, help: String?, at place: NodeLocation, code: DiagnosticCode) {
        guard !isUnknown else { return }
        origin.report(
            ValueIssue(severity: .warning, code: code, origin: origin, place: place, message: message, help: help)
        )
    }

    /// A mistake in this value; none in a value that is not known.
    func issues(
        _ message: String,
        help: String? = nil,
        at place: NodeLocation? = nil,
        code: DiagnosticCode = .invalidValue
    ) -> ValueIssuesError {
        guard !isUnknown else { return ValueIssuesError(list: []) }
        return ValueIssuesError(
            list: [ValueIssue(code: code, origin: origin, place: place ?? self.place, message: message, help: help)])
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
            let place = place(of: error.offset, length: error.length)
            throw issues(error.message, help: error.help, at: place, code: error.code)
        }
    }

    /// The issue of a value that is something else than expected; quotes what was written, never what it resolved to.
    func mismatch(_ expected: String, help: String? = nil) -> ValueIssuesError {
        // The document itself has no name.
        let name = label.isEmpty ? "the file" : "\"\(label)\""
        return switch content {
        case .null:
            issues("\(name) is empty", help: help ?? "write \(expected), or remove the option", code: .emptyValue)
        case .list: issues("\(name) must be \(expected), not a list", help: help)
        case .map: issues("\(name) must be \(expected), not a map of options", help: help)
        case .scalar: issues("\(name) must be \(expected), not \(shown)", help: help)
        }
    }

    /// What was written, short and safe for a terminal.
    var shown: String {
        guard case .scalar(let scalar) = content else { return "\"\"" }
        let clean = scalar.written.unicodeScalars.prefix(60).map {
            $0.properties.generalCategory == .control ? " " : $0
        }
        let ellipsis = scalar.written.unicodeScalars.count > 60 ? "…" : ""
        return "\"" + String(String.UnicodeScalarView(clean)) + ellipsis + "\""
    }

    /// Whether the value is written out, not taken from a variable or a file.
    var isLiteral: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return origin.interpolation == nil || !scalar.written.contains("${")
    }

    /// Whether the value comes from a variable or a file that the check is to do without.
    var isUnknown: Bool {
        guard case .scalar(let scalar) = content, let interpolation = origin.interpolation, interpolation.assumes,
            scalar.written.contains("${")
        else { return false }
        return ((try? interpolation.resolve(scalar.written))?.isKnown ?? true) == false
    }

    /// The same with another text.
    func standing(for text: String) -> ConfigNode {
        let scalar = Scalar(written: text, style: .doubleQuoted)
        return ConfigNode(label: label, content: .scalar(scalar), place: place, origin: origin)
    }

    /// Keeps a secret that is written out of the source lines of diagnostics, and out of ``shownJSON``.
    func hide() {
        guard isLiteral, case .scalar(let scalar) = content, place.line > 0 else { return }
        origin.conceal(place.pointer, as: "***")
        let end = place(of: scalar.written.unicodeScalars.count)
        var line = place.line
        while line < end.line {
            origin.hide(NodeLocation(line: line, column: line == place.line ? place.column : 1, length: .max / 2))
            line += 1
        }
        let start = line == place.line ? place.column : 1
        let quote = scalar.style == .singleQuoted || scalar.style == .doubleQuoted ? 1 : 0
        origin.hide(NodeLocation(line: line, column: start, length: end.column - start + quote))
    }

    /// Keeps an address's query, which is a place for keys, out of ``shownJSON``.
    func hideQuery() {
        guard case .scalar(let scalar) = content, scalar.written.contains("?") else { return }
        origin.conceal(place.pointer, as: URLValidation.shown(scalar.written))
    }

    /// The same as ``hide()`` for every scalar in a list or a map.
    func hideAll() {
        switch content {
        case .null: break
        case .scalar: hide()
        case .list(let nodes): nodes.forEach { $0.hideAll() }
        case .map(let entries): entries.forEach { $0.value.hideAll() }
        }
    }

    /// Reads a name out of a fixed set.
    func choose(among known: [String], what: String, code: DiagnosticCode = .unknownWord) throws -> String {
        let text = try text(expected: "a name")
        guard known.contains(text) else {
            let help = SpellingSuggestion.help(for: text, among: known)
            throw issues("there is no \(what) \(shown)", help: help, code: code)
        }
        return text
    }

    /// An empty map at a place, for defaults.
    func emptied() -> ConfigNode {
        ConfigNode(label: label, content: .null, place: place, origin: origin)
    }
}
