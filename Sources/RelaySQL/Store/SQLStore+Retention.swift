package import RelayCore

extension SQLStore {
    package func sweep(_ retention: RetentionPeriods, at moment: Timestamp, limit: Int) async throws(StoreError) -> Int
    {
        let delivered = moment - retention.delivered
        var total = try await cancelQueuedOfDeletedWebhooks(at: moment)
        total += try await sweep(limit - total) { try $0.sweepFinished(before: delivered, limit: $1) }
        total += try await sweepEvents(before: delivered, limit: limit - total)
        let dead = moment - retention.dead
        total += try await sweep(limit - total) { try $0.sweepDead(before: dead, limit: $1) }
        total += try await sweep(limit - total) { try $0.sweepRejectedDocuments(before: dead, limit: $1) }
        let messages = moment - retention.messages
        total += try await sweep(limit - total) { try $0.sweepMessages(before: messages, limit: $1) }
        total += try await sweep(limit - total) { try $0.sweepForwarded(before: messages, limit: $1) }
        let dedup = moment - retention.dedup
        total += try await sweep(limit - total) { try $0.sweepDedup(before: dedup, limit: $1) }
        if total == 0 { try await write(space: .settles) { try $0.sweepCounts() } }
        return total
    }

    /// Repeats a deletion, some rows in each transaction, until it finds no more or the limit is reached.
    private func sweep(
        _ limit: Int,
        _ body: @escaping @Sendable (StoreWriter, _ limit: Int) throws -> Int
    ) async throws(StoreError) -> Int {
        var total = 0
        while total < limit {
            let wanted = min(limit - total, batchLimit)
            let count = try await write(rows: wanted, space: .settles) { try body($0, wanted) }
            total += count
            if count < wanted { break }
        }
        return total
    }

    /// Events that nothing refers to. A reader finds them, because those that dead letters keep may be many.
    private func sweepEvents(before moment: Timestamp, limit: Int) async throws(StoreError) -> Int {
        var total = 0
        var last: Int64 = 0
        while total < limit {
            let (previous, wanted) = (last, min(limit - total, batchLimit))
            let ids = try await read { database in
                try database.prepared(
                    """
                    SELECT id FROM events
                    WHERE id > ? AND id < ? AND received_at < ? AND state = 1
                        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id)
                    ORDER BY id LIMIT ?
                    """
                ).all([
                    .int(previous), .int(SortableIDCodec.next(after: 0, at: moment)), .int(moment.milliseconds),
                    .int(Int64(wanted)),
                ]) { $0.int(0) }
            }
            guard let end = ids.last else { break }
            last = end
            total += try await write(rows: ids.count, space: .settles) { try $0.sweepEvents(ids) }
        }
        return total
    }
}
