/// The text of a statement that runs once for each element of its values, which are arrays. Pure.
///
///     INSERT INTO t (a, b) VALUES ($1, $2)
///     INSERT INTO t (a, b) SELECT v.p1, v.p2 FROM unnest($1, $2) AS v (p1, p2)
///
///     UPDATE t SET a = $2 WHERE id = $1
///     UPDATE t SET a = v.p2 FROM unnest($1, $2) AS v (p1, p2) WHERE id = v.p1
enum PostgresBatchSQL {
    /// - Parameters:
    ///   - sql: in PostgreSQL's spelling: an INSERT with one row of VALUES, or an UPDATE with WHERE.
    ///   - count: of the values.
    static func text(_ sql: String, values count: Int) -> String {
        let numbers = (1...count)
        let source = """
            FROM unnest(\(numbers.map { "$\($0)" }.joined(separator: ", "))) \
            AS v (\(numbers.map { "p\($0)" }.joined(separator: ", ")))
            """
        let tokens = SQLToken.tokens(of: sql)
        let isInsert = tokens.first { $0.kind != .space }?.keyword == "INSERT"
        var output = ""
        var depth = 0
        /// The depth in the list of VALUES; nil outside of it.
        var listDepth: Int?
        for token in tokens {
            if token.isSymbol(")") { depth -= 1 }
            switch token {
            case _ where isInsert && depth == 0 && token.keyword == "VALUES":
                output += "SELECT"
                listDepth = 0
            case _ where listDepth == depth && token.isSymbol("("): break
            case _ where listDepth == depth && token.isSymbol(")"):
                output += " \(source)"
                listDepth = nil
            case _ where !isInsert && depth == 0 && token.keyword == "WHERE": output += "\(source) WHERE"
            case _ where token.kind == .word && token.text.hasPrefix("$"): output += "v.p\(token.text.dropFirst())"
            default: output += token.text
            }
            if token.isSymbol("(") { depth += 1 }
        }
        return output
    }
}
