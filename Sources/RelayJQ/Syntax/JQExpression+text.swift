internal import RelayJSON

extension JQExpression {
    /// The expression as text, with parentheses around everything that could need them. Expressions that differ only in
    /// white space, comments and unnecessary parentheses have the same text.
    package var text: String {
        switch kind {
        case .identity: "."
        case .recurse: "(..)"
        case .literal(let value): value.text
        case .string(let format, let parts):
            (format.map { "@\($0) " } ?? "") + "\"\(parts.map(Self.text).joined())\""
        case .format(let name): "@\(name)"
        case .variable(let name): "$\(name)"
        case .index(let base, let key, let isOptional): "\(base.text)[\(key.text)]\(isOptional ? "?" : "")"
        case .slice(let base, let from, let to, let isOptional):
            "\(base.text)[\(from?.text ?? ""):\(to?.text ?? "")]\(isOptional ? "?" : "")"
        case .iterate(let base, let isOptional): "\(base.text)[]\(isOptional ? "?" : "")"
        case .pipe(let left, let right): "(\(left.text) | \(right.text))"
        case .comma(let left, let right): "(\(left.text), \(right.text))"
        case .negate(let operand): "(-\(operand.text))"
        case .operation(let kind, let left, let right): "(\(left.text) \(kind.rawValue) \(right.text))"
        case .assignment(let kind, let target, let value): "(\(target.text) \(kind.sign) \(value.text))"
        case .condition(let branches, let otherwise):
            branches.enumerated().map { number, branch in
                "\(number == 0 ? "if" : "elif") \(branch.test.text) then \(branch.then.text) "
            }.joined() + (otherwise.map { "else \($0.text) " } ?? "") + "end"
        case .attempt(let body, let handler): "(try \(body.text)\(handler.map { " catch \($0.text)" } ?? ""))"
        case .reduce(let source, let patterns, let initial, let update):
            "(reduce \(source.text) as \(Self.text(patterns)) (\(initial.text); \(update.text)))"
        case .foreach(let source, let patterns, let initial, let update, let extract):
            "(foreach \(source.text) as \(Self.text(patterns)) (\(initial.text); \(update.text)"
                + (extract.map { "; \($0.text)" } ?? "") + "))"
        case .bind(let source, let patterns, let body):
            "(\(source.text) as \(Self.text(patterns)) | \(body.text))"
        case .label(let name, let body): "(label $\(name) | \(body.text))"
        case .leave(let name): "(break $\(name))"
        case .define(let definition, let rest): "(\(definition.text) \(rest.text))"
        case .array(let elements): "[\(elements?.text ?? "")]"
        case .object(let members): "{\(members.map(\.text).joined(separator: ", "))}"
        case .call(let name, let arguments):
            name + (arguments.isEmpty ? "" : "(\(arguments.map(\.text).joined(separator: "; ")))")
        }
    }

    private static func text(_ part: StringPart) -> String {
        switch part {
        case .text(let text): String(JSON.string(text).text.dropFirst().dropLast())
        case .program(let inner): "\\(\(inner.text))"
        }
    }

    private static func text(_ patterns: [Pattern]) -> String { patterns.map(\.text).joined(separator: " ?// ") }
}

extension JQExpression.Assignment {
    fileprivate var sign: String {
        switch self {
        case .set: "="
        case .update: "|="
        case .compute(let kind): kind.rawValue + "="
        }
    }
}

extension JQExpression.Member {
    fileprivate var text: String {
        let isName = if case .literal(.string) = key.kind { true } else { false }
        return (isName ? key.text : "(\(key.text))") + ": (\(value.text))"
    }
}

extension JQExpression.Definition {
    fileprivate var text: String {
        "def \(name)\(parameters.isEmpty ? "" : "(\(parameters.joined(separator: "; ")))"): \(body.text);"
    }
}

extension JQExpression.Pattern {
    fileprivate var text: String {
        switch self {
        case .variable(let name): "$\(name)"
        case .array(let elements): "[\(elements.map(\.text).joined(separator: ", "))]"
        case .object(let members):
            "{"
                + members.map { member in
                    let key = member.variable.map { "$\($0)" } ?? "(\(member.key.text))"
                    return key + (member.value.map { ": \($0.text)" } ?? "")
                }.joined(separator: ", ") + "}"
        }
    }
}
