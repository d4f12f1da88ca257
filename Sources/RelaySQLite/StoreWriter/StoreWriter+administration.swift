internal import GRDB
internal import RelayCore

extension StoreWriter {
    /// Makes a queued delivery due now, or starts a new series for one that is dead or cancelled.
    func retry(_ id: Int64, at moment: Timestamp) throws -> DeliveryChangeResult {
        guard let place = try place(of: id) else { return .notFound }
        switch place.state {
        case .queued:
            let isHead = place.lane == nil || place.isDue
            try database.run(
                "UPDATE deliveries SET not_before = ?2, due_at = ?3 WHERE id = ?1",
                .int(id), .int(moment.milliseconds), SQLValue(isHead ? moment : nil)
            )
            if isHead { wake(place.destination) }
            return .done
        case .dead:
            return try replay(id, place, at: moment) ? .done : .refused(.dead)
        case .cancelled where !place.isStageFailure:
            try reopen(id, place, at: moment)
            return .done
        case .cancelled, .inFlight, .delivered:
            return .refused(place.state)
        }
    }

    func cancel(_ id: Int64, at moment: Timestamp) throws -> DeliveryChangeResult {
        guard let place = try place(of: id) else { return .notFound }
        guard place.state == .queued || place.state == .dead else { return .refused(place.state) }
        try cancel(id, place, at: moment)
        return .done
    }

    /// Cancels those that are still queued. Returns how many.
    func cancelQueued(_ ids: [Int64], at moment: Timestamp) throws -> Int {
        var count = 0
        for id in ids {
            guard let place = try place(of: id), place.state == .queued else { continue }
            try cancel(id, place, at: moment)
            count += 1
        }
        return count
    }

    /// Replays those that are still dead. Returns how many.
    func replay(_ ids: [Int64], at moment: Timestamp) throws -> Int {
        var count = 0
        for id in ids {
            guard let place = try place(of: id), place.state == .dead else { continue }
            if try replay(id, place, at: moment) { count += 1 }
        }
        return count
    }

    /// A stage's failure is done with when its event runs through the pipelines again. False when there is no event.
    private func replay(_ id: Int64, _ place: DeliveryPosition, at moment: Timestamp) throws -> Bool {
        guard place.isStageFailure else {
            try reopen(id, place, at: moment)
            return true
        }
        guard try reopenEvent(place.event) else { return false }
        try cancel(id, place, at: moment)
        return true
    }

    /// Deletes those that are still dead. Returns how many.
    func purge(_ ids: [Int64]) throws -> Int {
        var count = 0
        for id in ids {
            guard let place = try place(of: id), place.state == .dead else { continue }
            try delete(id, place)
            count += 1
        }
        if count > 0 { try keepLastIDs() }
        return count
    }

    func pause(_ pause: DestinationPause) throws {
        try database.run(
            "INSERT OR REPLACE INTO destination_pauses (destination, reason, since) VALUES (?, ?, ?)",
            .text(pause.destination), .text(pause.reason.rawValue), .int(pause.since.milliseconds)
        )
    }

    func resume(_ destination: String) throws -> Bool {
        try database.run("DELETE FROM destination_pauses WHERE destination = ?", .text(destination))
        guard database.changesCount > 0 else { return false }
        wake(destination)
        return true
    }
}
