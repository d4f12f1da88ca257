internal import RelayCore

/// A lane is the deliveries of one destination and chat that are queued or in flight. Its head is the lowest id that is
/// queued, while none is in flight; the head alone is due.
extension StoreWriter {
    /// Makes the first delivery of a lane due, unless one of the lane is in flight.
    func promote(_ lane: String, of destination: DestinationKey, at now: Timestamp) throws {
        guard let head = try head(of: lane, destination), !head.isDue else { return }
        guard try !isInFlight(lane, of: destination) else { return }
        try statements.setDue.run(.int(head.due(from: now)), .int(head.id))
        wake(destination)
    }

    /// Makes the right delivery of a lane its head after one was queued again at any position.
    func rearrange(_ lane: String, of destination: DestinationKey, at now: Timestamp) throws {
        guard try !isInFlight(lane, of: destination) else { return }
        guard let head = try head(of: lane, destination) else { return }
        // The former head is directly behind the new one.
        try database.run(
            """
            UPDATE deliveries SET due_at = NULL WHERE id = (
                SELECT id FROM deliveries INDEXED BY deliveries_lane
                WHERE destination = ? AND lane = ? AND state IN (0, 1) ORDER BY id LIMIT 1 OFFSET 1
            ) AND due_at IS NOT NULL
            """,
            SQLValue(destination), .text(lane)
        )
        guard !head.isDue else { return }
        try statements.setDue.run(.int(head.due(from: now)), .int(head.id))
        wake(destination)
    }

    /// Gives a head to every lane without one. Returns how many had none, which means that another program wrote the
    /// file.
    func repairLanes(at now: Timestamp) throws -> Int {
        let headless = try database.prepared(
            """
            WITH heads AS MATERIALIZED (
                SELECT min(id) AS id FROM deliveries INDEXED BY deliveries_lane
                WHERE state IN (0, 1) AND lane IS NOT NULL GROUP BY destination, lane
            )
            SELECT d.destination, d.lane FROM heads h JOIN deliveries d ON d.id = h.id
            WHERE d.due_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM deliveries f INDEXED BY deliveries_in_flight
                WHERE f.destination = d.destination AND f.lane = d.lane AND f.state = 1
            )
            """
        ).all { ($0.destination(0), $0.text(1)) }
        for (destination, lane) in headless { try promote(lane, of: destination, at: now) }
        return headless.count
    }

    /// Brings forward due times that are later than the wait from now that was stored with them.
    func pullIn(at now: Timestamp) throws -> Int {
        var count = 0
        for destination in try destinations() where try self.count(destination, in: .queued) > 0 {
            try database.run(
                """
                UPDATE deliveries INDEXED BY deliveries_due SET due_at = ?2 + wait_ms, not_before = ?2 + wait_ms
                WHERE destination = ?1 AND due_at > ?2 AND due_at > ?2 + wait_ms
                """,
                SQLValue(destination), .int(now.milliseconds)
            )
            guard try database.changesCount() > 0 else { continue }
            count += try database.changesCount()
            wake(destination)
        }
        return count
    }

    private func isInFlight(_ lane: String, of destination: DestinationKey) throws -> Bool {
        try statements.isLaneInFlight.first(SQLValue(destination), .text(lane)) { _ in } != nil
    }

    /// The first delivery of a lane that is queued or in flight; nil when the lane is empty.
    func head(of lane: String, _ destination: DestinationKey) throws -> LaneHead? {
        try statements.laneHead.first(SQLValue(destination), .text(lane)) { row in
            LaneHead(id: row.int(0), due: row.optionalTime(1), notBefore: row.int(2), wait: row.int(3))
        }
    }
}

struct LaneHead {
    var id: Int64
    /// Nil while it, or another of the lane, is in flight.
    var due: Timestamp?
    var notBefore: Int64
    var wait: Int64

    var isDue: Bool { due != nil }

    /// When it is due as the head of its lane: not later than the wait from now that it was given.
    func due(from now: Timestamp) -> Int64 {
        max(now.milliseconds, min(notBefore, now.milliseconds + wait))
    }
}
