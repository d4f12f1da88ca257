internal import RelayCore

extension StoreWriter {
    /// Replays that are over and are kept.
    private static let kept: Int64 = 1000

    func insertReplay(
        _ selection: ReplaySelection, rate: RateLimit, estimate: ReplayEstimate
    ) throws -> ReplayID {
        let last = try database.prepared("SELECT ifnull(max(id), 0) FROM replays").first { $0.int(0) }
        let id = SortableIDCodec.next(after: last ?? 0, at: estimate.at)
        try database.run(
            """
            INSERT INTO replays (id, state, created_at, rate, cursor, last, selected, origin, since, until, session,
                chat, type, source, pipeline, events, destinations, states)
            VALUES (?, 'waiting', ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .int(id), .int(estimate.at.milliseconds), .text(rate.description), .int(estimate.last),
            .int(Int64(estimate.count)), .text(selection.from.rawValue), SQLValue(selection.since),
            SQLValue(selection.until), SQLValue(selection.session), SQLValue(selection.chat),
            SQLValue(selection.type?.name), SQLValue(selection.source), SQLValue(selection.pipeline),
            .text(lines: selection.events.map(\.description)), .text(lines: selection.destinations.map(\.text)),
            .text(lines: selection.states.map(\.name).sorted())
        )
        try database.run(
            """
            DELETE FROM replays WHERE finished_at IS NOT NULL
                AND id NOT IN (SELECT id FROM replays ORDER BY id DESC LIMIT ?)
            """,
            .int(Self.kept)
        )
        return ReplayID(id)
    }

    /// Takes the replay over these, if it stands where they were looked for. Returns the events that are to run again.
    /// - Parameter isEnd: whether there are no more.
    func advance(_ found: StoredReplay, over ids: [Int64], isEnd: Bool, at moment: Timestamp) throws -> [EventID] {
        guard let present = try replay(found.replay.id), !present.replay.isOver, present.cursor == found.cursor else {
            return []
        }
        let id = SQLValue.int(found.replay.id.rawValue)
        let isFromStart = found.replay.selection.from == .start
        try database.run(
            """
            DELETE FROM replayed WHERE replay = ? AND NOT EXISTS (
                SELECT 1 FROM deliveries WHERE id = delivery_id AND state IN (0, 1)
            )
            """,
            id
        )
        let taken = isFromStart ? try rerun(ids, for: id) : try reopen(ids, of: found.replay, at: moment)
        try database.run(
            """
            UPDATE replays SET state = 'running', started_at = ifnull(started_at, ?2), cursor = ?3,
                done = done + ?4, deliveries = deliveries + ?4, skipped = skipped + ?5
            WHERE id = ?1
            """,
            id, .int(moment.milliseconds), .int(isEnd ? found.last : ids.last ?? found.cursor),
            .int(isFromStart ? 0 : Int64(taken.count)), .int(Int64(ids.count - taken.count))
        )
        try database.run(
            """
            UPDATE replays SET state = 'finished', finished_at = ?2, skipped = max(skipped, selected - done)
            WHERE id = ?1 AND cursor >= last AND NOT EXISTS (SELECT 1 FROM reruns WHERE replay = ?1)
            """,
            id, .int(moment.milliseconds)
        )
        if try database.changesCount() == 1 { try database.run("DELETE FROM replayed WHERE replay = ?", id) }
        return isFromStart ? taken.map { EventID($0) } : []
    }

    /// Ends it. Events that wait for their run are what they were: processed.
    func cancelReplay(_ id: ReplayID, at moment: Timestamp) throws -> ReplayCancellationResult {
        guard let found = try replay(id) else { return .notFound }
        guard !found.replay.isOver else { return .refused(found.replay.state) }
        let number = SQLValue.int(id.rawValue)
        try database.run(
            "UPDATE events SET state = 1 WHERE id IN (SELECT event_id FROM reruns WHERE replay = ?)", number)
        try database.run("DELETE FROM reruns WHERE replay = ?", number)
        try database.run("DELETE FROM replayed WHERE replay = ?", number)
        try database.run(
            "UPDATE replays SET state = 'cancelled', finished_at = ?2 WHERE id = ?1",
            number, .int(moment.milliseconds)
        )
        return try replay(id).map { .done($0.replay) } ?? .notFound
    }

    /// Notes what a replay's run has brought. Returns the replay; nil when the run is not a replay's.
    func finishRerun(_ result: EventProcessingResult, at moment: Timestamp) throws -> ReplayID? {
        let event = SQLValue.int(result.event.rawValue)
        let replay = try database.prepared("DELETE FROM reruns WHERE event_id = ? RETURNING replay")
            .first(event) { $0.int(0) }
        guard let replay else { return nil }
        try database.run(
            "UPDATE events SET run_start = ?2 WHERE id = ?1", event, .int(try ids.lastDelivery(at: moment)))
        try cancelFailures(of: event, replay: .int(replay), at: moment)
        try database.run(
            """
            UPDATE replays SET done = done + 1, deliveries = deliveries + ?2, failures = failures + ?3 WHERE id = ?1
            """,
            .int(replay), .int(Int64(result.deliveries.count)), .int(Int64(result.failures.count))
        )
        return ReplayID(replay)
    }

    /// Notes that a replay has queued a delivery.
    func note(_ delivery: Int64, of replay: ReplayID) throws {
        try database.run(
            upsert(into: "replayed", ["delivery_id", "replay"], key: ["delivery_id"]),
            .int(delivery), .int(replay.rawValue)
        )
    }

    /// An earlier run's failures of stages are done with when the event has run through the same pipelines again, to
    /// all destinations.
    private func cancelFailures(of event: SQLValue, replay: SQLValue, at moment: Timestamp) throws {
        let letters = try database.prepared(
            """
            SELECT d.id FROM deliveries d JOIN replays p ON p.id = ?2
            WHERE d.event_id = ?1 AND d.state = 3 AND p.destinations = ''
                AND \(SQLStore.isPipeline("d.destination"))
                AND (p.pipeline IS NULL OR d.destination = '\(DestinationKey.pipelinePrefix)' || p.pipeline)
            """
        ).all([event, replay]) { $0.int(0) }
        for letter in letters {
            guard let position = try position(of: letter) else { continue }
            try cancel(letter, position, at: moment)
        }
    }

    /// Those of the events that are processed now.
    private func rerun(_ ids: [Int64], for replay: SQLValue) throws -> [Int64] {
        try ids.filter { id in
            try database.run("UPDATE events SET state = 0, reruns = reruns + 1 WHERE id = ? AND state = 1", .int(id))
            guard try database.changesCount() == 1 else { return false }
            try database.run("INSERT INTO reruns (event_id, replay) VALUES (?, ?)", .int(id), replay)
            return true
        }
    }

    /// Those of the deliveries that are still finished, and whose webhook was not deleted.
    private func reopen(_ ids: [Int64], of replay: Replay, at moment: Timestamp) throws -> [Int64] {
        try ids.filter { id in
            guard let position = try position(of: id), replay.selection.states.contains(position.state),
                try !isDeletedWebhook(position.destination)
            else { return false }
            try reopen(id, position, at: moment)
            try note(id, of: replay.id)
            return true
        }
    }

    private func replay(_ id: ReplayID) throws -> StoredReplay? {
        try database.prepared("SELECT \(StoredReplay.columns) FROM replays WHERE id = ?\(rowLock)")
            .first(.int(id.rawValue), read: StoredReplay.init)
    }
}
