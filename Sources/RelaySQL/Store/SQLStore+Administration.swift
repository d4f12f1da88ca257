package import RelayCore

/// How many rows of a large change one transaction takes, so that the change does not delay ingest.
let batchLimit = 500

extension SQLStore {
    package func retry(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult {
        try await write(space: .settles) { try $0.retry(id.rawValue, at: moment) }
    }

    package func cancel(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult {
        try await write(space: .settles) { try $0.cancel(id.rawValue, at: moment) }
    }

    package func cancelQueued(destination: DestinationKey, at moment: Timestamp) async throws(StoreError) -> Int {
        let filter = DeliveryFilter(states: [.queued], destination: destination)
        // From the newest on, so that each lane keeps its head and no delivery becomes due before it is cancelled.
        return try await change(filter, order: .newestFirst) { try $0.cancelQueued($1, at: moment) }
    }

    package func replayDeadLetters(_ filter: DeliveryFilter, at moment: Timestamp) async throws(StoreError) -> Int {
        try await change(dead(filter), order: .oldestFirst) { try $0.replay($1, at: moment) }
    }

    package func purgeDeadLetters(_ filter: DeliveryFilter) async throws(StoreError) -> Int {
        try await change(dead(filter), order: .oldestFirst) { try $0.purge($1) }
    }

    package func enqueue(
        _ delivery: PlannedDelivery, event: EventID, at moment: Timestamp
    ) async throws(StoreError) -> DeliveryID {
        try await write(rows: 2, bytes: delivery.byteCount) { try $0.insert(delivery, event: event, at: moment) }
    }

    package func checkWriting(at moment: Timestamp) async throws(StoreError) {
        try await write { try $0.noteWriteCheck(at: moment) }
    }

    package func pause(_ pause: DestinationPause) async throws(StoreError) {
        try await write(space: .settles) { try $0.pause(pause) }
    }

    package func resume(
        destination: DestinationKey, rate: RateLimit?, at moment: Timestamp
    ) async throws(StoreError) -> Bool {
        try await write(space: .settles) { try $0.resume(destination, rate: rate, at: moment) }
    }

    package func releases() async throws(StoreError) -> [DestinationRelease] {
        try await read { database in
            let rows = try database.prepared("SELECT destination, rate, last FROM destination_releases")
                .all { (destination: $0.destination(0), rate: RateLimit($0.text(1)), last: $0.int(2)) }
            return try rows.compactMap { row in
                guard let rate = row.rate else { return nil }
                let remaining = try database.prepared(
                    """
                    SELECT (
                        SELECT count(*) FROM deliveries INDEXED BY deliveries_lane
                        WHERE destination = ?1 AND state IN (0, 1) AND lane IS NOT NULL AND id <= ?2
                    ) + (
                        SELECT count(*) FROM deliveries INDEXED BY deliveries_due
                        WHERE destination = ?1 AND due_at IS NOT NULL AND lane IS NULL AND id <= ?2
                    )
                    """
                ).first(SQLValue(row.destination), .int(row.last)) { Int($0.int(0)) }
                guard let remaining, remaining > 0 else { return nil }
                return DestinationRelease(
                    destination: row.destination, rate: rate, last: DeliveryID(row.last), remaining: remaining)
            }
        }
    }

    private func dead(_ filter: DeliveryFilter) -> DeliveryFilter {
        var filter = filter
        filter.states = [.dead]
        return filter
    }

    private enum Order { case oldestFirst, newestFirst }

    /// Changes all deliveries that match, some in each transaction. A reader finds the ones that match, and the writer
    /// checks each again before it changes it.
    private func change(
        _ filter: DeliveryFilter,
        order: Order,
        _ body: @escaping @Sendable (StoreWriter, [Int64]) throws -> Int
    ) async throws(StoreError) -> Int {
        var total = 0
        var last: Int64?
        while true {
            let (previous, isAscending) = (last, order == .oldestFirst)
            let ids = try await read { database in
                var condition = try WhereClause(filter, in: database)
                if let previous { condition.add(isAscending ? "id > ?" : "id < ?", .int(previous)) }
                let sql = """
                    SELECT id FROM deliveries \(condition.clause)
                    ORDER BY id \(isAscending ? "ASC" : "DESC") LIMIT \(batchLimit)
                    """
                return try database.prepared(sql).all(condition.values) { $0.int(0) }
            }
            guard let end = ids.last else { return total }
            last = end
            total += try await write(rows: ids.count * 2, space: .settles) { try body($0, ids) }
        }
    }
}
