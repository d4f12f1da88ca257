extension PostgresCluster {
    /// The name under which a standby reports to its primary.
    private static let standbyName = "standby"

    /// Makes a standby of this server by `pg_basebackup -R`, and starts it. Commits here wait for it from now on.
    /// - Parameter port: on which it listens, e.g. that of an earlier primary that has ended; nil: a free one.
    package func makeSynchronousStandby(port: UInt16? = nil) throws -> PostgresCluster {
        let standby = try PostgresCluster(copyOf: self, as: Self.standbyName, port: port)
        // After the copy was made: the standby does not wait for another once it is promoted.
        try run("ALTER SYSTEM SET synchronous_standby_names = '\(Self.standbyName)'")
        try run("SELECT pg_reload_conf()")
        return standby
    }

    /// Waits until commits wait for the standby.
    package func waitForSynchronousStandby() async throws {
        try await eventually("a synchronous standby", every: .milliseconds(20)) {
            try run("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
        }
    }

    /// Makes a standby the primary, and blocks until it takes writes.
    package func promote() throws {
        guard try run("SELECT pg_promote(true, 60)") == "t" else {
            throw ChildProcessError(code: .cannotStart, description: "the standby was not promoted within 60 s")
        }
    }
}
