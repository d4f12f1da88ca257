internal import RelayCore

extension StoreWriter {
    /// Makes a queued delivery due now, or starts a new series for one that is dead or cancelled.
    func retry(_ id: Int64, at moment: Timestamp) throws -> DeliveryChangeResult {
        guard let position = try position(of: id) else { return .notFound }
        if try isDeletedWebhook(position.destination) { return .webhookDeleted }
        switch position.state {
        case .queued:
            let isHead = position.lane == nil || position.isDue
            try database.run(
                "UPDATE deliveries SET not_before = ?2, due_at = ?3, wait_ms = 0 WHERE id = ?1",
                .int(id), .int(moment.milliseconds), SQLValue(isHead ? moment : nil)
            )
            if isHead { wake(position.destination) }
            return .done
        case .dead:
            return try replay(id, position, at: moment) ? .done : .refused(.dead)
        case .cancelled where !position.isStageFailure:
            try reopen(id, position, at: moment)
            return .done
        case .cancelled, .inFlight, .delivered:
            return .refused(position.state)
        }
    }

    func cancel(_ id: Int64, at moment: Timestamp) throws -> DeliveryChangeResult {
        guard let position = try position(of: id) else { return .notFound }
        guard position.state == .queued || position.state == .dead else { return .refused(position.state) }
        try cancel(id, position, at: moment)
        return .done
    }

    /// Cancels those that are still queued. Returns how many.
    func cancelQueued(_ ids: [Int64], at moment: Timestamp) throws -> Int {
        var count = 0
        for id in ids {
            guard let position = try position(of: id), position.state == .queued else { continue }
            try cancel(id, position, at: moment)
            count += 1
        }
        return count
    }

    /// Replays those that are still dead. Returns how many.
    func replay(_ ids: [Int64], at moment: Timestamp) throws -> Int {
        var count = 0
        for id in ids {
            guard let position = try position(of: id), position.state == .dead else { continue }
            if try replay(id, position, at: moment) { count += 1 }
        }
        return count
    }

    /// A stage failure is cancelled, and its event runs through the pipelines again. False when the event or the webhook
    /// is gone.
    private func replay(_ id: Int64, _ position: DeliveryQueuePosition, at moment: Timestamp) throws -> Bool {
        if try isDeletedWebhook(position.destination) { return false }
        guard position.isStageFailure else {
            try reopen(id, position, at: moment)
            return true
        }
        guard try reopenEvent(position.event) else { return false }
        try cancel(id, position, at: moment)
        return true
    }

    /// Deletes those that are still dead. Returns how many.
    func purge(_ ids: [Int64]) throws -> Int {
        var count = 0
        for id in ids {
            guard let position = try position(of: id), position.state == .dead else { continue }
            try delete(id, position)
            count += 1
        }
        if count > 0 { try self.ids.rowsWereDeleted() }
        return count
    }

    /// Deletes the pauses of destinations that are gone and for which nothing waits any more.
    func forgetAbsent() throws {
        try database.run(
            """
            DELETE FROM destination_pauses WHERE reason = ? AND NOT EXISTS (
                SELECT 1 FROM delivery_counts c
                WHERE c.destination = destination_pauses.destination AND c.state IN (0, 1) AND c.n > 0
            )
            """,
            .text(DestinationPause.Reason.absent.rawValue)
        )
    }

    func pause(_ pause: DestinationPause) throws {
        if try isDeletedWebhook(pause.destination) { return }
        noteSharedChange()
        try addPausedTime(of: pause.destination, until: pause.since)
        try database.run("DELETE FROM destination_releases WHERE destination = ?", SQLValue(pause.destination))
        try database.run(
            DestinationPauseRow.replacement(of: "destination"), values: DestinationPauseRow(pause).values)
    }

    func resume(_ destination: DestinationKey, rate: RateLimit?, at moment: Timestamp) throws -> Bool {
        noteSharedChange()
        try database.run("DELETE FROM destination_releases WHERE destination = ?", SQLValue(destination))
        if let rate {
            try database.run(
                "INSERT INTO destination_releases (destination, rate, last) VALUES (?, ?, ?)",
                SQLValue(destination), .text(rate.description), .int(try ids.lastDelivery(at: moment))
            )
        }
        try addPausedTime(of: destination, until: moment)
        try database.run("DELETE FROM destination_pauses WHERE destination = ?", SQLValue(destination))
        guard try database.changesCount() > 0 else { return false }
        wake(destination)
        return true
    }

    /// Adds the time of a pause that ends to that of the earlier ones.
    private func addPausedTime(of destination: DestinationKey, until moment: Timestamp) throws {
        try database.run(
            """
            INSERT INTO destination_clocks (destination, paused_ms)
            SELECT destination, max(0, ?2 - since) FROM destination_pauses WHERE destination = ?1
            ON CONFLICT (destination) DO UPDATE SET paused_ms = destination_clocks.paused_ms + excluded.paused_ms
            """,
            SQLValue(destination), .int(moment.milliseconds)
        )
        forgetPausedTime(of: destination)
    }
}
