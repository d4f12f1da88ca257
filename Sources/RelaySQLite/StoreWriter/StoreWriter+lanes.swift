internal import GRDB
internal import RelayCore

/// A lane is the deliveries of one destination and chat that are queued or in flight. Its head is the lowest id that is
/// queued, while none is in flight; the head alone is due.
extension StoreWriter {
    /// Makes the first delivery of a lane due, unless one of the lane is in flight.
    func promote(_ lane: String, of destination: DestinationKey, at now: Timestamp) throws {
        guard try !isInFlight(lane, of: destination) else { return }
        guard let head = try head(of: lane, destination), !head.isDue else { return }
        try statements.setDue.run(.int(max(head.notBefore, now.milliseconds)), .int(head.id))
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
        try statements.setDue.run(.int(max(head.notBefore, now.milliseconds)), .int(head.id))
        wake(destination)
    }

    /// Gives a head to every lane without one. Returns how many had none, which means that another program wrote the
    /// file.
    func repairLanes(at now: Timestamp) throws -> Int {
        let headless = try database.prepared(
            """
            SELECT d.destination, d.lane FROM deliveries d JOIN (
                SELECT min(id) AS id FROM deliveries INDEXED BY deliveries_lane
                WHERE state IN (0, 1) AND lane IS NOT NULL GROUP BY destination, lane
            ) h ON h.id = d.id
            WHERE d.due_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM deliveries f INDEXED BY deliveries_in_flight
                WHERE f.destination = d.destination AND f.lane = d.lane AND f.state = 1
            )
            """
        ).all { ($0.destination(0), $0.text(1)) }
        for (destination, lane) in headless { try promote(lane, of: destination, at: now) }
        return headless.count
    }

    private func isInFlight(_ lane: String, of destination: DestinationKey) throws -> Bool {
        try statements.isLaneInFlight.first(SQLValue(destination), .text(lane)) { _ in } != nil
    }

    /// The first delivery of a lane that is queued or in flight; nil when the lane is empty.
    func head(of lane: String, _ destination: DestinationKey) throws -> LaneHead? {
        try statements.laneHead.first(SQLValue(destination), .text(lane)) { row in
            LaneHead(id: row.int(0), due: row.optionalTime(1), notBefore: row.int(2))
        }
    }
}

struct LaneHead {
    var id: Int64
    /// Nil while it, or another of the lane, is in flight.
    var due: Timestamp?
    var notBefore: Int64

    var isDue: Bool { due != nil }
}
