internal import RelaySQL

/// A statement of a connection. It is prepared on the server at its first use.
final class PostgresStatement: DriverStatement {
    /// What a statement does to the transaction.
    enum Role { case begin, commit, rollback, other }

    /// How the server keeps the statement.
    struct Preparation {
        /// Counts the preparations of a connection, from 1; the name is made from it.
        var number: Int
        /// The declared types of the values; 0: the server found it.
        var types: [UInt32]

        var name: String { Self.name(number) }

        static func name(_ number: Int) -> String { "s\(number)" }
    }

    /// In PostgreSQL's spelling.
    let sql: String
    let role: Role
    private let pipeline: PostgresPipeline

    /// Nil while the server does not know the statement.
    var preparation: Preparation? {
        didSet { name = preparation?.name ?? "" }
    }
    /// The name of ``preparation``, which is needed at each use.
    private(set) var name = ""
    /// Rises with each use of any statement of the connection.
    var lastUse = 0

    init(_ sql: String, _ pipeline: PostgresPipeline) {
        self.sql = sql
        self.pipeline = pipeline
        role = Self.role(of: sql)
    }

    func run(_ values: [SQLValue]) throws {
        try pipeline.run(self) { parameters in
            for value in values { parameters.append(value) }
        }
    }

    func read(_ values: [SQLValue], _ read: (ResultRow) throws -> Bool) throws {
        let result = try pipeline.read(self) { parameters in
            for value in values { parameters.append(value) }
        }
        try result.forEach(read)
    }

    /// Whether the server's preparation can take values of these types. A NULL fits each type.
    func isPrepared(for types: [UInt32]) -> Bool {
        guard let known = preparation?.types, known.count == types.count else { return false }
        for index in types.indices where types[index] != 0 && types[index] != known[index] { return false }
        return true
    }

    private static func role(of sql: String) -> Role {
        let words = sql.uppercased().split(maxSplits: 2) { $0.isWhitespace || $0 == ";" }
        switch words.first {
        case "BEGIN": return .begin
        case "START" where words.dropFirst().first == "TRANSACTION": return .begin
        case "COMMIT", "END": return .commit
        // `ROLLBACK TO` goes back to a savepoint, and the transaction goes on.
        case "ROLLBACK" where words.dropFirst().first != "TO": return .rollback
        default: return .other
        }
    }
}
