extension PostgresCluster {
    /// Holds a snapshot of a database open, as a report or a forgotten transaction does: dead rows stay in the tables. It is
    /// released when the process is killed and its connection is ended.
    package func holdSnapshot(of database: String) async throws -> ChildProcess {
        let process = try startScript("SELECT pg_sleep(86400)", in: database)
        try await eventually("a snapshot is held", every: .milliseconds(20), details: { process.outputTail }) {
            try run(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = '\(database)' AND query = 'SELECT pg_sleep(86400)' AND backend_xmin IS NOT NULL
                """) == "1"
        }
        return process
    }

    /// Inserted, updated, deleted and dead rows of a table and its partitions, since the database was made.
    package func rowCounts(of table: String, in database: String) throws -> PostgresRowCounts {
        let text = try run(
            """
            SELECT sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del), sum(n_dead_tup) FROM pg_stat_user_tables
            WHERE relid = '\(table)'::regclass OR relid IN (SELECT relid FROM pg_partition_tree('\(table)'))
            """, in: database)
        let numbers = text.split(separator: "|").map { Int($0) ?? 0 }
        guard numbers.count == 4 else {
            throw ChildProcessError(code: .endedEarly, description: "the table \(table) has no statistics: \(text)")
        }
        return PostgresRowCounts(
            inserted: numbers[0], updated: numbers[1], deleted: numbers[2], dead: numbers[3])
    }
}

/// What the server has counted of a table.
package struct PostgresRowCounts: Sendable, Hashable {
    package var inserted: Int
    package var updated: Int
    package var deleted: Int
    /// Rows that no transaction needs, or that only an old snapshot keeps.
    package var dead: Int
}
