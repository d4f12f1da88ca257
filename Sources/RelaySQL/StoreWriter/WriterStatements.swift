/// The statements that run for every event, prepared with the connection.
struct WriterStatements {
    let begin: PreparedStatement
    let commit: PreparedStatement
    let rollback: PreparedStatement
    let changeCount: PreparedStatement

    let insertDedup: BatchedStatement
    let raiseDedup: PreparedStatement
    let findDedup: PreparedStatement
    let insertEvent: BatchedStatement
    let finishEvent: PreparedStatement
    let setTrace: PreparedStatement
    let registerSession: PreparedStatement

    let pausedTime: PreparedStatement

    let findPhone: PreparedStatement
    let setPhone: PreparedStatement
    let insertIdentity: PreparedStatement
    let insertUnresolvedKey: PreparedStatement

    let insertDelivery: BatchedStatement
    /// Nil: bodies are columns of deliveries.
    let insertBody: PreparedStatement?
    let laneHead: PreparedStatement
    let isLaneInFlight: PreparedStatement
    let setDue: PreparedStatement

    let dueDeliveries: PreparedStatement
    let claimable: PreparedStatement
    let claim: PreparedStatement
    let settled: PreparedStatement
    let deliver: BatchedStatement
    let insertAttempt: PreparedStatement
    let finish: PreparedStatement
    let requeue: PreparedStatement
    let takeBack: PreparedStatement

    let findChat: PreparedStatement
    let insertMessage: BatchedStatement
    let countMessage: BatchedStatement

    init(_ database: SQLConnection, _ dialect: StoreDialect) throws {
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        rollback = try database.prepare("ROLLBACK")
        changeCount = try database.prepare(
            """
            INSERT INTO delivery_counts (destination, state, n) VALUES (?, ?, ?)
            ON CONFLICT (destination, state) DO UPDATE SET n = delivery_counts.n + excluded.n
            """
        )

        insertDedup = try database.prepareBatched(
            "INSERT INTO dedup (event_id, key) VALUES (?, ?) ON CONFLICT DO NOTHING", .int, .blob)
        raiseDedup = try database.prepare(
            """
            INSERT INTO dedup (event_id, key, rank) VALUES (?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET event_id = excluded.event_id, rank = excluded.rank
            WHERE excluded.rank > ifnull(dedup.rank, -1)
            """
        )
        findDedup = try database.prepare("SELECT event_id FROM dedup WHERE key = ?")
        insertEvent = try database.prepareBatched(
            """
            INSERT INTO events (id, state, source, session, type, chat, occurred_at, received_at, payload, raw_signature,
                raw, trace)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .int, .int, .text, .text, .text, .text, .int, .int, .blob, .text, .blob, .blob
        )
        finishEvent = try database.prepare(
            """
            UPDATE events SET state = 1, trace = iif(reruns = 0, ?3, trace)
            WHERE id = ?1 AND state = 0 AND reruns = ifnull(?2, reruns) RETURNING reruns, source
            """
        )
        setTrace = try database.prepare("UPDATE events SET trace = ?2 WHERE id = ?1")
        registerSession = try database.prepare(
            """
            INSERT INTO sessions (id, status, metadata, created_at, updated_at)
            VALUES (?1, 'unknown', ?3, ?2, ?2) ON CONFLICT DO NOTHING
            """
        )

        pausedTime = try database.prepare("SELECT paused_ms FROM destination_clocks WHERE destination = ?")

        findPhone = try database.prepare("SELECT phone FROM identities WHERE session = ? AND lid = ?")
        setPhone = try database.prepare(
            """
            INSERT INTO identities (session, lid, phone) VALUES (?, ?, ?)
            ON CONFLICT (session, lid) DO UPDATE SET phone = excluded.phone
            """
        )
        insertIdentity = try database.prepare(
            "INSERT INTO identities (session, lid) VALUES (?, ?) ON CONFLICT DO NOTHING")
        insertUnresolvedKey = try database.prepare(
            upsert(
                into: "unresolved_keys", ["session", "lid", "event_id", "source", "key"],
                key: ["session", "lid", "event_id"])
        )

        let (bodyColumn, bodyValue) = dialect.hasBodiesInDeliveries ? (", body", ", ?20") : ("", "")
        insertDelivery = try database.prepareBatched(
            """
            INSERT INTO deliveries (id, state, attempts, series_attempts, series_started_at, not_before, due_at,
                finished_at, event_id, received_at, created_at, destination, lane, pipeline, session, type, chat,
                signing, reason, last_error, body_id\(bodyColumn))
            VALUES (?1, ?2, ?17, ?17, ?18, ?3, ?4, ?5, ?6, ?7, ?3, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                ?19\(bodyValue))
            """,
            types: [
                .int, .int, .int, .int, .int, .int, .int, .text, .text, .text, .text, .text, .text, .text, .text, .text,
                .int, .int, .int,
            ] + (dialect.hasBodiesInDeliveries ? [.blob] : [])
        )
        insertBody =
            dialect.hasBodiesInDeliveries
            ? nil : try database.prepare("INSERT INTO delivery_bodies (id, body) VALUES (?, ?)")
        laneHead = try database.prepare(
            """
            SELECT id, due_at, not_before, wait_ms FROM deliveries INDEXED BY deliveries_lane
            WHERE destination = ? AND lane = ? AND state IN (0, 1) ORDER BY id LIMIT 1
            """
        )
        isLaneInFlight = try database.prepare(
            """
            SELECT 1 FROM deliveries INDEXED BY deliveries_in_flight
            WHERE destination = ? AND lane = ? AND state = 1 LIMIT 1
            """
        )
        setDue = try database.prepare("UPDATE deliveries SET due_at = ? WHERE id = ? AND state = 0")

        dueDeliveries = try database.prepare(
            """
            SELECT id, due_at FROM deliveries INDEXED BY deliveries_due
            WHERE destination = ? AND due_at IS NOT NULL ORDER BY due_at, id LIMIT ?\(dialect.rowLock)
            """
        )
        claimable = try database.prepare(
            """
            SELECT d.attempts, d.series_attempts, d.series_started_at, d.received_at, d.session, d.type, d.chat,
                d.signing, d.series_interruptions, d.body_id, \(dialect.body)
            FROM deliveries d \(dialect.bodyJoin) WHERE d.id = ? AND \(dialect.body) IS NOT NULL
            """
        )
        claim = try database.prepare(
            """
            UPDATE deliveries SET state = 1, attempts = ?2, series_attempts = ?3, due_at = NULL, not_before = ?4,
                batch = ?5, series_started_at = ?6\(dialect.claimColumns)
            WHERE id = ?1
            """
        )
        settled = try database.prepare(
            """
            SELECT destination, lane, series_interruptions, batch FROM deliveries
            WHERE id = ? AND state = 1 AND attempts = ?\(dialect.rowLock)
            """
        )
        // Without RETURNING, which makes a temporary table each time.
        deliver = try database.prepareBatched(
            """
            UPDATE deliveries
            SET state = 2, finished_at = ?3, last_status = ?4, last_target = ?5, last_error = ?6,
                first_started_at = ?7, first_duration_us = ?8, first_response = ?9
            WHERE id = ?1 AND state = 1 AND attempts = ?2
            """,
            .int, .int, .int, .int, .text, .text, .int, .int, .text
        )
        insertAttempt = try database.prepare(
            """
            INSERT INTO attempts
                (delivery_id, number, started_at, duration_us, outcome, failure, status, target, error, response,
                    retry_after_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        )
        finish = try database.prepare(
            """
            UPDATE deliveries
            SET state = ?2, finished_at = ?3, reason = ?4, last_status = ?5, last_target = ?6, last_error = ?7
            WHERE id = ?1
            """
        )
        requeue = try database.prepare(
            """
            UPDATE deliveries
            SET state = 0, due_at = ?2, not_before = ?3, last_status = ?4, last_target = ?5, last_error = ?6,
                batch = ?7, wait_ms = ?8, series_attempts = series_attempts - ?9,
                series_interruptions = series_interruptions + ?9
            WHERE id = ?1
            """
        )
        takeBack = try database.prepare(
            """
            UPDATE deliveries
            SET state = 0, attempts = attempts - 1, series_attempts = series_attempts - 1, due_at = ?2,
                not_before = ?3, wait_ms = ?4, last_error = ?5
            WHERE id = ?1
            """
        )

        findChat = try database.prepare("SELECT number FROM chats WHERE session = ? AND id = ?")
        insertMessage = try database.prepareBatched(
            """
            INSERT INTO messages
                (chat, id, outbound, sender, type, status, timestamp, event_id, edited_at, deleted_at, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            .int, .text, .int, .text, .text, .int, .int, .int, .int, .int, .blob
        )
        countMessage = try database.prepareBatched(
            """
            UPDATE chats SET
                message_count = message_count + ?4,
                last_message_id = iif(?3 >= ifnull(last_message_at, ?3), ?2, last_message_id),
                last_message_at = max(?3, ifnull(last_message_at, ?3))
            WHERE number = ?1
            """,
            .int, .text, .int, .int
        )
    }
}
