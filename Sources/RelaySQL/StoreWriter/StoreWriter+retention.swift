internal import RelayCore

/// Deletes rows after their retention, some at a time. Queued deliveries and those in flight are never deleted.
extension StoreWriter {
    /// Deletes delivered and cancelled deliveries. This and the following return how many rows were deleted.
    func sweepFinished(before moment: Timestamp, limit: Int) throws -> Int {
        let rows = try database.prepared(
            """
            SELECT id, state, destination, event_id, body_id FROM deliveries INDEXED BY deliveries_finished
            WHERE state IN (2, 4) AND finished_at < ? ORDER BY finished_at LIMIT ?
            """
        ).all([.int(moment.milliseconds), .int(Int64(limit))], read: Self.finished)
        return try delete(rows)
    }

    func sweepDead(before moment: Timestamp, limit: Int) throws -> Int {
        let rows = try database.prepared(
            """
            SELECT id, state, destination, event_id, body_id FROM deliveries INDEXED BY deliveries_dead_since
            WHERE state = 3 AND finished_at < ? ORDER BY finished_at LIMIT ?
            """
        ).all([.int(moment.milliseconds), .int(Int64(limit))], read: Self.finished)
        return try delete(rows)
    }

    /// Deletes those of the events that are processed and have no delivery.
    func sweepEvents(_ ids: [Int64]) throws -> Int {
        var count = 0
        for id in ids {
            try database.run(
                """
                DELETE FROM events WHERE id = ?1 AND state = 1
                    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = ?1)
                """,
                .int(id)
            )
            guard try database.changesCount() > 0 else { continue }
            count += 1
        }
        if count > 0 { try self.ids.rowsWereDeleted() }
        return count
    }

    /// Messages by the moment of acceptance, which is in their event's id, so that imported history is kept as long.
    func sweepMessages(before moment: Timestamp, limit: Int) throws -> Int {
        try database.run(
            """
            DELETE FROM messages WHERE event_id < ?1 AND number IN (SELECT number FROM messages ORDER BY number LIMIT ?2)
            """,
            .int(moment.milliseconds << SortableIDCodec.counterBits), .int(Int64(limit))
        )
        return try database.changesCount()
    }

    func sweepDedup(before moment: Timestamp, limit: Int) throws -> Int {
        let end = moment.milliseconds << SortableIDCodec.counterBits
        try database.run(
            """
            DELETE FROM dedup WHERE event_id IN (
                SELECT event_id FROM dedup WHERE event_id < ? ORDER BY event_id LIMIT ?
            )
            """,
            .int(end), .int(Int64(limit))
        )
        let count = try database.changesCount()
        if count > 0 { try self.ids.rowsWereDeleted() }
        try database.run(
            """
            DELETE FROM unresolved_keys WHERE event_id IN (
                SELECT event_id FROM unresolved_keys WHERE event_id < ? ORDER BY event_id LIMIT ?
            )
            """,
            .int(end), .int(Int64(limit))
        )
        return count
    }

    /// Counts of destinations that have no deliveries any more.
    func sweepCounts() throws {
        try database.run("DELETE FROM delivery_counts WHERE n = 0")
    }

    private static func finished(_ row: ResultRow) -> (id: Int64, position: DeliveryQueuePosition) {
        let state = DeliveryState(rawValue: Int(row.int(1))) ?? .cancelled
        return (
            row.int(0),
            DeliveryQueuePosition(
                destination: row.destination(2), lane: nil, state: state, isDue: false, event: row.int(3),
                body: row.optionalInt(4))
        )
    }

    private func delete(_ rows: [(id: Int64, position: DeliveryQueuePosition)]) throws -> Int {
        for row in rows { try delete(row.id, row.position) }
        if !rows.isEmpty { try self.ids.rowsWereDeleted() }
        return rows.count
    }
}
