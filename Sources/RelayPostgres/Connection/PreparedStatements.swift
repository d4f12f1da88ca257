/// The statements that the server keeps for a connection. There are at most ``limit``: some SQL is made at run time,
/// and the server's memory is limited.
struct PreparedStatements {
    private var statements: [PostgresStatement] = []
    private var lastNumber = 0
    private var lastUse = 0
    /// The numbers of preparations that nobody uses any more, and that the server still keeps.
    private var unused: [Int] = []

    static let limit = 500

    mutating func noteUse(of statement: PostgresStatement) {
        lastUse += 1
        statement.lastUse = lastUse
    }

    /// Gives a statement a new preparation. One that it has becomes unused, and when there are too many, so does that
    /// of the statement that was used the longest ago.
    mutating func prepare(_ statement: PostgresStatement, types: [UInt32]) -> PostgresStatement.Preparation {
        if let earlier = statement.preparation {
            unused.append(earlier.number)
        } else {
            if statements.count >= Self.limit { removeOldest() }
            statements.append(statement)
        }
        lastNumber += 1
        let preparation = PostgresStatement.Preparation(number: lastNumber, types: types)
        statement.preparation = preparation
        return preparation
    }

    /// The server does not have a preparation after all.
    mutating func remove(_ number: Int, of statement: PostgresStatement) {
        guard statement.preparation?.number == number else { return }
        statement.preparation = nil
        statements.removeAll { $0 === statement }
    }

    /// The unused preparations, which the caller makes the server forget.
    mutating func takeUnused() -> [Int] {
        defer { unused.removeAll() }
        return unused
    }

    /// The server could not forget it.
    mutating func putBack(unused number: Int) { unused.append(number) }

    mutating func removeAll() {
        for statement in statements { statement.preparation = nil }
        statements = []
        unused = []
    }

    private mutating func removeOldest() {
        let oldest = statements.indices.min { statements[$0].lastUse < statements[$1].lastUse }
        guard let oldest else { return }
        let statement = statements[oldest]
        statements.swapAt(oldest, statements.count - 1)
        statements.removeLast()
        if let number = statement.preparation?.number { unused.append(number) }
        statement.preparation = nil
    }
}
