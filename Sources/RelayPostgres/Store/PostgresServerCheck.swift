internal import RelayCore
internal import RelaySQL

/// What the store's promises need of the server's settings.
enum PostgresServerCheck {
    /// The oldest version with everything that is used.
    private static let oldestVersion = 130_000

    /// - Throws: ``StoreError/Code/unavailable``, with what to change.
    static func run(_ connection: PostgresConnection) throws {
        let settings = try connection.query(
            """
            SELECT current_setting('server_version_num')::bigint, current_setting('server_version'),
                current_setting('synchronous_commit'), current_setting('fsync'), pg_is_in_recovery(), current_user::text
            """
        ).first { row in
            (
                version: row.int(0), name: row.text(1), synchronous: row.text(2), fsync: row.text(3),
                isStandby: row.int(4) != 0, user: row.text(5)
            )
        }
        guard let settings else { return }
        guard settings.version >= oldestVersion else {
            throw StoreError(
                .unavailable, "PostgreSQL \(settings.name) is too old for the store; use version 13 or later")
        }
        guard ["on", "remote_apply"].contains(settings.synchronous) else {
            throw StoreError(
                .unavailable,
                """
                synchronous_commit is \(settings.synchronous), so an accepted event could be lost in a crash; write: \
                ALTER ROLE \(settings.user) SET synchronous_commit = on
                """)
        }
        guard settings.fsync == "on" else {
            throw StoreError(
                .unavailable,
                "fsync is off in PostgreSQL, so an accepted event could be lost in a power cut; write fsync = on in postgresql.conf"
            )
        }
        guard !settings.isStandby else {
            throw StoreError(
                .unavailable, "this PostgreSQL server is a standby, which cannot write; give store.url the primary")
        }
    }
}
