internal import RelayCore
internal import RelaySQL

/// The rows of the nodes and of the ownership, through one connection.
struct PostgresNodeTable {
    let connection: PostgresConnection
    /// Of this node; nil: for reading only.
    let identity: NodeIdentity?
    /// Whether locks and notifications of the session exist: not behind a pooler of transactions.
    let hasSession: Bool

    /// Adds this node to the rows and to the ownership, and removes nodes whose process has ended: their session's lock is
    /// free.
    /// - Returns: its number.
    func register() throws -> Int64 {
        try transaction {
            let number =
                try connection.query(
                    """
                    INSERT INTO nodes (name, url, version, configuration, started_at, has_session, seen_at)
                    VALUES ($1, $2, $3, $4, $5, $6, server_time_ms()) RETURNING number
                    """,
                    [
                        .text(identity?.name ?? ""), (identity?.url).map { .text($0) } ?? .null,
                        .text(RelayVersion.current), .text(identity?.configuration() ?? ""),
                        .int(identity?.startedAt.milliseconds ?? 0), .int(hasSession ? 1 : 0),
                    ]
                ).first { $0.int(0) } ?? 0
            try takeLock(of: number)
            let ended = try endedNodes(besides: number)
            try connection.queue("DELETE FROM nodes WHERE number = ANY ($1)", [.ints(ended)])
            try connection.queue("SELECT change_ownership($1, $2)", [.ints([number]), .ints(ended)])
            return number
        }
    }

    /// Takes the lock that shows that this process lives. It is free when the session ends.
    func takeLock(of number: Int64) throws {
        guard hasSession else { return }
        try connection.queue("SELECT pg_advisory_lock($1)", [.int(Int64(PostgresLock.node) + number)])
    }

    /// The nodes whose locks are free.
    private func endedNodes(besides number: Int64) throws -> [Int64] {
        try connection.query(
            """
            SELECT number FROM nodes
            WHERE number <> $1 AND has_session = 1 AND pg_try_advisory_xact_lock($2 + number) ORDER BY number
            """, [.int(number), .int(Int64(PostgresLock.node))]
        ).all { $0.int(0) }
    }

    /// The names of the nodes whose lease and session last. Called in a transaction.
    func runningNodes() throws -> [String] {
        try connection.query(
            """
            SELECT name FROM nodes WHERE server_time_ms() - seen_at < $1
                AND NOT (has_session = 1 AND pg_try_advisory_xact_lock($2 + number)) ORDER BY number
            """, [.int(NodeMembership.Timing().lease.milliseconds), .int(Int64(PostgresLock.node))]
        ).all { $0.text(0) }
    }

    /// Renews the lease, and reads what there is. A heartbeat that a crash of the server loses does no harm.
    func heartbeat(of number: Int64) throws -> NodeMembership.Reading {
        try transaction {
            try connection.queue("SET LOCAL synchronous_commit = off")
            try connection.queue(
                "UPDATE nodes SET seen_at = server_time_ms(), configuration = $2 WHERE number = $1",
                [.int(number), .text(identity?.configuration() ?? "")])
            let rows = try connection.query("SELECT number, seen_at, draining FROM nodes").all { row in
                NodeMembership.Row(number: row.int(0), seenAt: row.time(1), isDraining: row.int(2) != 0)
            }
            let (ownership, moment) = try readOwnership()
            return NodeMembership.Reading(ownership: ownership, rows: rows, at: moment)
        }
    }

    /// The ownership, and the time of the server.
    func readOwnership() throws -> (NodeOwnership, Timestamp) {
        let row = try connection.query(
            "SELECT version, array_to_string(nodes, ','), server_time_ms() FROM ownership"
        ).first { (version: $0.int(0), nodes: $0.text(1), time: $0.time(2)) }
        guard let row else { throw CorruptRowError("the table ownership has no row") }
        let nodes = row.nodes.split(separator: ",").compactMap { Int64($0) }
        return (NodeOwnership(version: row.version, nodes: nodes), row.time)
    }

    /// Removes a node whose lease is over, unless its row has another heartbeat by now.
    func expire(_ node: Int64, seenAt: Timestamp?) throws {
        try transaction {
            if let seenAt {
                let deleted = try connection.query(
                    "DELETE FROM nodes WHERE number = $1 AND seen_at = $2 RETURNING number",
                    [.int(node), .int(seenAt.milliseconds)])
                guard deleted.count == 1 else { return }
            }
            try connection.queue("SELECT change_ownership('{}', $1)", [.ints([node])])
        }
    }

    /// Takes this node out of the ownership. Its row stays while it has requests in flight.
    func drain(_ number: Int64) throws {
        try transaction {
            try connection.queue("UPDATE nodes SET draining = 1 WHERE number = $1", [.int(number)])
            try connection.queue("SELECT change_ownership('{}', $1)", [.ints([number])])
        }
    }

    /// Takes this node out of the ownership and of the rows.
    func leave(_ number: Int64) throws {
        try transaction {
            try connection.queue("DELETE FROM nodes WHERE number = $1", [.int(number)])
            try connection.queue("SELECT change_ownership('{}', $1)", [.ints([number])])
        }
    }

    private func transaction<T>(_ body: () throws -> T) throws -> T {
        try connection.queue("BEGIN")
        do {
            let result = try body()
            try connection.queue("COMMIT")
            return result
        } catch {
            try? connection.queue("ROLLBACK")
            throw error
        }
    }
}
