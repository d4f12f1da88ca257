package import RelayCore

extension SQLStore {
    package func deliveries(
        _ filter: DeliveryFilter,
        before: DeliveryID?,
        offset: Int,
        limit: Int
    ) async throws(StoreError) -> [DeliveryDetails] {
        try await read { database in
            var condition = try WhereClause(filter, in: database)
            if let before { condition.add("id < ?", .int(before.rawValue)) }
            let sql = """
                SELECT \(Self.deliveryColumns) FROM deliveries \(condition.clause) ORDER BY id DESC LIMIT ? OFFSET ?
                """
            return try database.prepared(sql)
                .all(condition.values + [.int(Int64(limit)), .int(Int64(offset))], read: Self.delivery)
                .map { try Self.delivery($0, with: database) }
        }
    }

    package func countDeliveries(_ filter: DeliveryFilter) async throws(StoreError) -> Int {
        try await read { database in
            let condition = try WhereClause(filter, in: database)
            // A filter by destination and state alone is answered from the stored counts.
            let isKept =
                filter.session == nil && filter.chat == nil && filter.type == nil && filter.event == nil
                && filter.deadReason == nil && filter.since == nil && filter.until == nil
            let sql =
                isKept
                ? "SELECT CAST(ifnull(sum(n), 0) AS INTEGER) FROM delivery_counts \(condition.clause)"
                : "SELECT count(*) FROM deliveries \(condition.clause)"
            return try database.prepared(sql).first(values: condition.values) { Int($0.int(0)) } ?? 0
        }
    }

    package func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryDetails? {
        try await read { database in
            try database.prepared("SELECT \(Self.deliveryColumns) FROM deliveries WHERE id = ?")
                .first(.int(id.rawValue), read: Self.delivery)
                .map { try Self.delivery($0, with: database) }
        }
    }

    package func attempts(of id: DeliveryID) async throws(StoreError) -> [DeliveryAttempt] {
        try await read { database in
            try database.prepared(
                """
                SELECT number, started_at, duration_us, outcome, failure, status, target, error, response,
                    retry_after_ms
                FROM attempts WHERE delivery_id = ?1
                UNION ALL
                SELECT 1, first_started_at, first_duration_us, 0, NULL, last_status, ifnull(last_target, ''), last_error,
                    first_response, NULL
                FROM deliveries WHERE id = ?1 AND first_started_at IS NOT NULL
                ORDER BY number
                """
            ).all([.int(id.rawValue)]) { row in
                let result = AttemptResult(
                    outcome: AttemptResult.Outcome(outcome: row.int(3), failure: row.optionalText(4)),
                    status: row.optionalInt(5).map(Int.init),
                    retryAfter: row.optionalInt(9).map { .milliseconds($0) },
                    error: row.optionalText(7),
                    response: row.optionalText(8),
                    target: row.text(6),
                    duration: .microseconds(row.int(2))
                )
                return DeliveryAttempt(number: Int(row.int(0)), startedAt: row.time(1), result: result)
            }
        }
    }

    package func body(of id: DeliveryID) async throws(StoreError) -> [UInt8]? {
        try await read { [dialect = shared.dialect] database in
            try database.prepared(
                """
                SELECT \(dialect.body), d.body_id FROM deliveries d \(dialect.bodyJoin)
                WHERE d.id = ? AND \(dialect.body) IS NOT NULL
                """
            ).first(.int(id.rawValue)) { row in
                row.isNull(1) ? row.bytes(0) : PlannedDelivery.body(row.bytes(0), for: id)
            }
        }
    }

    package func destinationCounts() async throws(StoreError) -> [DestinationDeliveryCounts] {
        let (counts, oldest) = try await read { database in
            let counts = try database.prepared(
                "SELECT destination, state, n FROM delivery_counts WHERE n != 0 ORDER BY destination"
            ).all { ($0.destination(0), Int($0.int(1)), Int($0.int(2))) }
            // The oldest is due, or directly behind one that is in flight. Ids are in the order of creation.
            let oldest = try database.prepared(
                """
                WITH oldest AS MATERIALIZED (
                    SELECT min(id) AS id FROM (
                        SELECT destination, min(id) AS id FROM deliveries INDEXED BY deliveries_due
                        WHERE due_at IS NOT NULL GROUP BY destination
                        UNION ALL
                        SELECT f.destination, min((
                            SELECT l.id FROM deliveries l INDEXED BY deliveries_lane
                            WHERE l.destination = f.destination AND l.lane = f.lane AND l.state IN (0, 1)
                                AND l.id != f.id
                            ORDER BY l.id LIMIT 1
                        )) FROM deliveries f INDEXED BY deliveries_in_flight
                        WHERE f.state = 1 AND f.lane IS NOT NULL GROUP BY f.destination
                    ) AS first GROUP BY destination
                )
                SELECT d.destination, d.created_at FROM oldest o JOIN deliveries d ON d.id = o.id
                """
            ).all { ($0.destination(0), $0.time(1)) }
            return (counts, Dictionary(uniqueKeysWithValues: oldest))
        }
        var results: [DestinationDeliveryCounts] = []
        for (destination, state, count) in counts {
            if results.last?.destination != destination {
                results.append(
                    DestinationDeliveryCounts(
                        destination: destination, counts: [:], oldestQueuedAt: oldest[destination])
                )
            }
            if let state = DeliveryState(rawValue: state) { results[results.count - 1].counts[state] = count }
        }
        return results
    }

    package func pauses() async throws(StoreError) -> [DestinationPause] {
        try await read { database in
            try database.prepared(
                "SELECT \(DestinationPauseRow.columnList) FROM destination_pauses ORDER BY destination"
            ).all { DestinationPauseRow($0).pause }
        }
    }

    static let deliveryColumns = """
        id, event_id, pipeline, destination, session, type, chat, state, attempts, received_at, created_at, due_at,
        finished_at, reason, last_status, last_error, last_target, lane
        """

    /// A delivery with the one before it in its lane.
    private static func delivery(
        _ row: (record: DeliveryDetails, lane: String?), with database: SQLConnection
    ) throws -> DeliveryDetails {
        var record = row.record
        guard record.state == .queued, record.dueAt == nil, let lane = row.lane else { return record }
        // The one that is in flight, or else the head.
        record.behind = try database.prepared(
            """
            SELECT id, session, type, received_at FROM deliveries WHERE id = ifnull(
                (SELECT id FROM deliveries INDEXED BY deliveries_in_flight
                    WHERE destination = ?1 AND lane = ?2 AND state = 1 LIMIT 1),
                (SELECT id FROM deliveries INDEXED BY deliveries_lane
                    WHERE destination = ?1 AND lane = ?2 AND state IN (0, 1) ORDER BY id LIMIT 1)
            )
            """
        ).first(SQLValue(record.destination), .text(lane)) { row in
            DeliveryIDFormat.text(
                of: DeliveryID(row.int(0)), session: row.text(1), type: EventType(row.text(2)), at: row.time(3))
        }
        return record
    }

    static func delivery(_ row: ResultRow) -> (record: DeliveryDetails, lane: String?) {
        let record = DeliveryDetails(
            id: DeliveryID(row.int(0)),
            event: EventID(row.int(1)),
            pipeline: row.text(2),
            destination: row.destination(3),
            session: row.text(4),
            type: EventType(row.text(5)),
            chat: row.optionalText(6),
            state: DeliveryState(rawValue: Int(row.int(7))) ?? .cancelled,
            attemptCount: Int(row.int(8)),
            receivedAt: row.time(9),
            createdAt: row.time(10),
            dueAt: row.optionalTime(11),
            finishedAt: row.optionalTime(12),
            deadReason: row.optionalText(13).flatMap(DeadLetterReason.init),
            lastStatus: row.optionalInt(14).map(Int.init),
            lastError: row.optionalText(15),
            lastTarget: row.optionalText(16)
        )
        return (record, row.optionalText(17))
    }
}
