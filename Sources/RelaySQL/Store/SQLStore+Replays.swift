package import RelayCore

extension SQLStore {
    package func estimate(_ selection: ReplaySelection, at moment: Timestamp) async throws(StoreError) -> ReplayEstimate
    {
        try await read { database in
            let oldest = try database.prepared("SELECT received_at FROM events ORDER BY id LIMIT 1").first {
                $0.time(0)
            }
            var estimate = ReplayEstimate(at: moment, last: 0, oldestEvent: oldest)
            switch selection.from {
            case .start:
                let condition = try WhereClause(events: selection, in: database)
                let rows = try database.prepared(
                    "SELECT source, count(*), max(id) FROM events \(condition.clause) GROUP BY source"
                ).all(condition.values) { ($0.text(0), Int($0.int(1)), $0.int(2)) }
                for (source, count, last) in rows {
                    estimate.sources[source] = count
                    estimate.last = max(estimate.last, last)
                }
            case .deliver:
                let condition = try WhereClause(deliveries: selection, finishedBy: moment, in: database)
                let rows = try database.prepared(
                    """
                    SELECT destination, state, count(*), max(id), \(Self.isDeletedWebhook) FROM deliveries
                    \(condition.clause) GROUP BY destination, state ORDER BY destination, state
                    """
                ).all(condition.values) {
                    ($0.destination(0), Int($0.int(1)), Int($0.int(2)), $0.int(3), $0.int(4) != 0)
                }
                for (destination, state, count, last, isDeleted) in rows {
                    let state = DeliveryState(rawValue: state) ?? .cancelled
                    if isDeleted {
                        estimate.deletedWebhooks[destination, default: 0] += count
                    } else {
                        estimate.shares.append(.init(destination: destination, state: state, count: count))
                    }
                    estimate.last = max(estimate.last, last)
                }
            }
            return estimate
        }
    }

    package func sampleEvents(_ selection: ReplaySelection, limit: Int) async throws(StoreError) -> [Event] {
        try await read { database in
            let condition = try WhereClause(events: selection, in: database)
            let sql = """
                SELECT \(Self.eventColumns) FROM events e \(Self.rerunJoin) WHERE e.id IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS total
                        FROM events \(condition.clause)
                    ) AS numbered WHERE (number - 1) % ((total + ?\(condition.values.count + 1) - 1) / ?\(condition.values.count + 1))
                        = 0
                ) ORDER BY e.id
                """
            return try database.prepared(sql).all(condition.values + [.int(Int64(max(1, limit)))], read: Self.event)
        }
    }

    package func sampleDeliveries(
        _ selection: ReplaySelection, limit: Int, at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryDetails] {
        try await read { database in
            var condition = try WhereClause(deliveries: selection, finishedBy: moment, in: database)
            condition.add("NOT (\(Self.isDeletedWebhook))", [])
            let sql = "SELECT \(Self.deliveryColumns) FROM deliveries \(condition.clause) ORDER BY id LIMIT ?"
            // All are finished: none waits for another.
            return try database.prepared(sql).all(condition.values + [.int(Int64(limit))], read: Self.delivery)
                .map(\.record)
        }
    }

    package func createReplay(
        _ selection: ReplaySelection, rate: RateLimit, estimate: ReplayEstimate
    ) async throws(StoreError) -> Replay {
        let id = try await write { try $0.insertReplay(selection, rate: rate, estimate: estimate) }
        return Replay(id: id, selection: selection, rate: rate, createdAt: estimate.at, selected: estimate.count)
    }

    package func replays(before: ReplayID?, limit: Int) async throws(StoreError) -> [Replay] {
        try await read { database in
            try database.prepared(
                "SELECT \(StoredReplay.columns) FROM replays WHERE id < ? ORDER BY id DESC LIMIT ?"
            ).all([.int(before?.rawValue ?? .max), .int(Int64(limit))], read: StoredReplay.init).map(\.replay)
        }
    }

    package func replay(_ id: ReplayID) async throws(StoreError) -> Replay? {
        try await storedReplay(id)?.replay
    }

    package func nextReplay() async throws(StoreError) -> Replay? {
        try await read { database in
            try database.prepared(
                """
                SELECT \(StoredReplay.columns) FROM replays INDEXED BY replays_open WHERE finished_at IS NULL
                ORDER BY state = 'running' DESC, id LIMIT 1
                """
            ).first(read: StoredReplay.init)?.replay
        }
    }

    package func advanceReplay(
        _ id: ReplayID, limit: Int, at moment: Timestamp
    ) async throws(StoreError) -> ReplayStepResult? {
        guard let found = try await storedReplay(id), !found.replay.isOver else { return nil }
        // A reader finds them; the writer checks each again before it changes it.
        let ids = try await read { database in
            let selection = found.replay.selection
            var condition =
                selection.from == .start
                ? try WhereClause(events: selection, in: database)
                : try WhereClause(deliveries: selection, finishedBy: found.replay.createdAt, in: database)
            condition.add("id > ? AND id <= ?", .int(found.cursor), .int(found.last))
            let table = selection.from == .start ? "events" : "deliveries"
            return try database.prepared("SELECT id FROM \(table) \(condition.clause) ORDER BY id LIMIT ?")
                .all(condition.values + [.int(Int64(limit))]) { $0.int(0) }
        }
        let events = try await write(
            rows: 1 + 2 * ids.count, space: found.replay.selection.from == .start ? .grows : .settles
        ) { writer in
            try writer.advance(found, over: ids, isEnd: ids.count < limit, at: moment)
        }
        guard let replay = try await replay(id) else { return nil }
        return ReplayStepResult(replay: replay, taken: ids.count, events: events)
    }

    package func cancelReplay(_ id: ReplayID, at moment: Timestamp) async throws(StoreError) -> ReplayCancellationResult
    {
        try await write(space: .settles) { try $0.cancelReplay(id, at: moment) }
    }

    /// SQL: whether a delivery's destination is a webhook that was deleted.
    static let isDeletedWebhook = """
        substr(destination, 1, \(DestinationKey.webhookPrefix.utf8.count)) = '\(DestinationKey.webhookPrefix)'
            AND NOT EXISTS (SELECT 1 FROM webhooks WHERE webhooks.id = destination)
        """

    /// SQL: whether a column has the destination of a pipeline's failures.
    static func isPipeline(_ column: String) -> String {
        "substr(\(column), 1, \(DestinationKey.pipelinePrefix.utf8.count)) = '\(DestinationKey.pipelinePrefix)'"
    }

    private func storedReplay(_ id: ReplayID) async throws(StoreError) -> StoredReplay? {
        try await read { database in
            try database.prepared("SELECT \(StoredReplay.columns) FROM replays WHERE id = ?")
                .first(.int(id.rawValue), read: StoredReplay.init)
        }
    }
}

extension WhereClause {
    /// The events of a replay from the start.
    fileprivate init(events selection: ReplaySelection, in database: SQLConnection) throws {
        matchAny("id", selection.events.map { .int($0.rawValue) })
        match("source", selection.source)
        try addCommon(selection, in: database)
    }

    /// The deliveries of a replay. One that finished later was queued or in flight when the replay was created.
    fileprivate init(deliveries selection: ReplaySelection, finishedBy moment: Timestamp, in database: SQLConnection)
        throws
    {
        let states = selection.states.map(\.rawValue).sorted().map(String.init).joined(separator: ", ")
        add("state IN (\(states)) AND finished_at <= ?", .int(moment.milliseconds))
        // Stage failures were never sent.
        add("NOT \(SQLStore.isPipeline("destination"))")
        matchAny("event_id", selection.events.map { .int($0.rawValue) })
        matchAny("destination", selection.destinations.map { SQLValue($0) })
        match("pipeline", selection.pipeline)
        if let source = selection.source {
            add("EXISTS (SELECT 1 FROM events WHERE events.id = event_id AND events.source = ?)", .text(source))
        }
        try addCommon(selection, in: database)
    }

    private mutating func addCommon(_ selection: ReplaySelection, in database: SQLConnection) throws {
        match("session", selection.session)
        try match(chat: selection.chat, "chat", selection.session, in: database)
        match("type", selection.type?.name)
        if let since = selection.since {
            // An id is never smaller than its moment, and the rows are sorted by id.
            let bounded = Timestamp(milliseconds: min(max(since.milliseconds, 0), 1 << 43))
            let first = SortableIDCodec.next(after: 0, at: bounded)
            add("id >= ? AND received_at >= ?", .int(first), .int(since.milliseconds))
        }
        if let until = selection.until { add("received_at < ?", .int(until.milliseconds)) }
    }

    /// `column IN (values)`, where there are any.
    private mutating func matchAny(_ column: String, _ values: [SQLValue]) {
        guard !values.isEmpty else { return }
        add("\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))", values)
    }
}
