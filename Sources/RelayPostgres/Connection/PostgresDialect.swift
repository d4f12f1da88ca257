/// PostgreSQL's spelling of the SQL that stores share. Pure.
///
/// What is in strings, quoted names and comments stays. `GLOB`, `INSERT OR REPLACE`, `UPDATE OR IGNORE`, `IS NOT` with
/// another operand than NULL, and PRAGMA have no translation: the shared SQL does without them.
package enum PostgresDialect {
    /// - Parameter sql: one statement, in the spelling that the documentation of `SQLConnection` describes.
    package static func translate(_ sql: String) -> String {
        var translation = SQLTranslation()
        var text = translation.translate(SQLToken.tokens(of: sql)[...])
        if translation.ignoresConflicts { text = text.withoutTrailingSpace + " ON CONFLICT DO NOTHING" }
        return text
    }
}

/// The translation of one statement.
private struct SQLTranslation {
    /// The highest number of a parameter so far.
    private var lastParameter = 0
    /// `INSERT OR IGNORE` was found, and the clause that stands for it is not written yet.
    private(set) var ignoresConflicts = false

    mutating func translate(_ tokens: ArraySlice<SQLToken>) -> String {
        var output = ""
        var rest = tokens
        var depth = 0
        while let token = rest.first {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            if token.keyword == "RETURNING", depth == 0, ignoresConflicts {
                ignoresConflicts = false
                output += "ON CONFLICT DO NOTHING "
            }
            if let found = call(rest), let text = translate(found.name, found.arguments) {
                output += text
                rest = rest[found.end...]
            } else if let found = phrase(rest) {
                output = found.text.isEmpty ? output.withoutTrailingSpace : output + found.text
                rest = rest[found.end...]
            } else {
                output += translate(token)
                rest = rest.dropFirst()
            }
        }
        return output
    }

    private mutating func translate(_ token: SQLToken) -> String {
        if token.kind == .parameter {
            let number = Int(token.text.dropFirst()) ?? lastParameter + 1
            lastParameter = max(lastParameter, number)
            return "$\(number)"
        }
        return token.keyword == "LIKE" ? "ILIKE" : token.text
    }

    // MARK: Words that belong together

    /// A phrase that is replaced as a whole, and where it ends.
    private mutating func phrase(_ tokens: ArraySlice<SQLToken>) -> (text: String, end: Int)? {
        if let end = Self.end(of: ["INDEXED", "BY"], in: tokens) {
            // The name of the index.
            let name = tokens[end...].firstIndex { $0.kind != .space } ?? tokens.endIndex - 1
            return ("", name + 1)
        }
        if let end = Self.end(of: ["INSERT", "OR", "IGNORE"], in: tokens) {
            ignoresConflicts = true
            return ("INSERT", end)
        }
        if let end = Self.end(of: ["BEGIN", "IMMEDIATE"], in: tokens) { return ("BEGIN", end) }
        return nil
    }

    private static func end(of words: [String], in tokens: ArraySlice<SQLToken>) -> Int? {
        var position = tokens.startIndex
        for word in words {
            if word != words[0] { position = tokens[position...].firstIndex { $0.kind != .space } ?? tokens.endIndex }
            guard position < tokens.endIndex, tokens[position].keyword == word else { return nil }
            position += 1
        }
        return position
    }

    // MARK: Calls

    private typealias Arguments = [ArraySlice<SQLToken>]

    /// The call of a function that the tokens begin with.
    private func call(_ tokens: ArraySlice<SQLToken>) -> (name: String, arguments: Arguments, end: Int)? {
        guard let name = tokens.first?.keyword, Self.functions.contains(name),
            let open = tokens.dropFirst().firstIndex(where: { $0.kind != .space }), tokens[open].isSymbol("(")
        else { return nil }
        var arguments: Arguments = []
        var start = open + 1
        var depth = 0
        for position in open..<tokens.endIndex {
            let token = tokens[position]
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            if depth == 0 || (depth == 1 && token.isSymbol(",")) {
                arguments.append(tokens[start..<position])
                start = position + 1
            }
            if depth == 0 { return (name, arguments, position + 1) }
        }
        return nil
    }

    private static let functions: Set = ["IFNULL", "MAX", "MIN", "IIF", "CAST"]

    /// Nil: the function is the same in PostgreSQL.
    private mutating func translate(_ name: String, _ arguments: Arguments) -> String? {
        switch (name, arguments.count) {
        case ("IFNULL", _): "coalesce(\(list(arguments)))"
        case ("MAX", 2...): "greatest(\(list(arguments)))"
        case ("MIN", 2...): "least(\(list(arguments)))"
        case ("IIF", 3): "CASE WHEN \(text(arguments[0])) THEN \(text(arguments[1])) ELSE \(text(arguments[2])) END"
        case ("CAST", 1): cast(arguments[0])
        default: nil
        }
    }

    private mutating func cast(_ tokens: ArraySlice<SQLToken>) -> String? {
        let parts = tokens.filter { $0.kind != .space }
        guard let type = parts.last?.keyword, parts.dropLast().last?.keyword == "AS",
            let end = tokens.lastIndex(where: { $0.keyword == "AS" })
        else { return nil }
        switch type {
        case "INTEGER": return "CAST(\(text(tokens[..<end])) AS BIGINT)"
        case "BLOB" where parts.count == 3 && parts[0].kind == .string: return "convert_to(\(parts[0].text), 'UTF8')"
        case "BLOB": return "CAST(\(text(tokens[..<end])) AS BYTEA)"
        default: return nil
        }
    }

    private mutating func list(_ arguments: Arguments) -> String {
        var texts: [String] = []
        for argument in arguments { texts.append(text(argument)) }
        return texts.joined(separator: ", ")
    }

    private mutating func text(_ tokens: ArraySlice<SQLToken>) -> String {
        let first = tokens.firstIndex { $0.kind != .space } ?? tokens.endIndex
        return translate(tokens[first...]).withoutTrailingSpace
    }
}

extension String {
    fileprivate var withoutTrailingSpace: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
