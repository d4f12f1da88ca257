internal import Yams

extension YAMLReader {
    /// Converts an error of libYAML to an issue that explains how to fix it.
    func syntaxIssue(_ error: YamlError) -> ValueIssuesError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let position = Position(line: mark.line, column: mark.column)
            if let trap = bracesTrap(problem, position) { return trap }
            if problem == "found unexpected end of stream", let start = context?.mark {
                let location = Position(line: start.line, column: start.column)
                return issue(at: location, "not valid YAML: a quote is never closed", "close it")
            }
            if problem.hasPrefix("Maximum nesting level") {
                return issue(at: position, "not valid YAML: values lie too deep within each other", nil)
            }
            let help = help(for: problem, at: position)
            return issue(at: visible(position), "not valid YAML: \(problem)", help)
        case .composer(let context, let problem, let mark, _):
            let position = Position(line: mark.line, column: mark.column)
            if context != nil {
                return issue(at: position, "a second document begins here", "keep one document in each file")
            }
            let help = problem.contains("alias") ? "give a value that name first: option: &name value" : nil
            return issue(at: position, "not valid YAML: \(problem)", help)
        case .reader(let problem, let offset, _, let text):
            return issue(at: position(ofCharacter: offset ?? 0, in: text), "not valid YAML: \(problem)", "remove it")
        default:
            return issue(at: Position(line: 1, column: 1), "not valid YAML: \(error)")
        }
    }

    /// Detects `{ secret: ${X} }` without quotes, in which YAML reads the second brace as a map.
    private func bracesTrap(_ problem: String, _ position: Position) -> ValueIssuesError? {
        guard problem.hasPrefix("did not find expected ','") else { return nil }
        let line = sourceLine(position.line)
        let index = position.column - 1
        guard index < line.count, "{}[]".unicodeScalars.contains(line[index]) else { return nil }
        if line[index] == "{", index > 0, line[index - 1] == "$" {
            let location = Position(line: position.line, column: position.column - 1)
            let end = line[index...].firstIndex(of: "}") ?? line.count - 1
            let written = String(String.UnicodeScalarView(line[(index - 1)...end]))
            return issue(
                at: location,
                "not valid YAML: \(written) must be quoted here",
                "quote values that contain { or } inside { } or [ ]: \"\(written)\"",
                code: .unquotedBraces
            )
        }
        return issue(
            at: position,
            "not valid YAML: \(problem)",
            "quote values that contain { } [ ] or , inside { } or [ ]",
            code: .unquotedBraces
        )
    }

    private func help(for problem: String, at position: Position) -> String? {
        let line = sourceLine(position.line)
        let letter = position.column - 1 < line.count ? line[position.column - 1] : nil
        if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
            return "indent with spaces; YAML does not allow tabs there"
        }
        switch problem {
        case "found character that cannot start any token":
            return letter.map { "quote a value that begins with \($0)" }
        case "mapping values are not allowed in this context":
            return "quote a value that contains \": \", and check the indentation"
        case "could not find expected ':'":
            return "write \"option: value\", and check the line above"
        case "did not find expected key", "did not find expected '-' indicator":
            return "check the indentation of this line and of the one above"
        case "did not find expected node content":
            return letter.map { "quote a value that has \($0) in it inside { } or [ ]" }
                ?? "a bracket is never closed, or a value is missing"
        default:
            return problem.hasPrefix("did not find expected ',' or")
                ? "a bracket is never closed, or a comma is missing" : nil
        }
    }

    /// Moves a position at the end of the stream, where libYAML reports missing tokens, to the last line that has text.
    private func visible(_ position: Position) -> Position {
        var line = position.line
        guard sourceLine(line).allSatisfy({ $0 == " " }), position.column <= 1 else { return position }
        while line > 1, sourceLine(line).allSatisfy({ $0 == " " }) { line -= 1 }
        return Position(line: line, column: max(1, sourceLine(line).count))
    }

    private func position(ofCharacter offset: Int, in text: String) -> Position {
        let before = text.prefix(offset).unicodeScalars
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return Position(line: line, column: column)
    }
}
