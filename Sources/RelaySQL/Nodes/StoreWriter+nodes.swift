package import RelayCore

/// What other nodes have to know of a transaction: lanes of their destinations that have changed.
package struct NodeNews: Sendable {
    /// The lanes, by destination; none: only what has no lane.
    package var lanes: [DestinationKey: Set<String>] = [:]
    /// Whether rows were changed or deleted that all nodes keep in memory: webhooks, sessions, pauses, keys, identities.
    package var hasSharedChange = false

    package init() {}
}

/// The deliveries that a transaction claims, and those whose attempts it ends.
package struct RequestChanges: Sendable {
    package var claimed: [DeliveryID] = []
    package var ended: [DeliveryID] = []

    package init() {}
}

/// A store that several nodes share. Only the owner of a destination makes deliveries due, claims them, and decides what
/// stands at the head of a lane; the others tell it what they have changed.
extension StoreWriter {
    /// Whether this node sends to a destination.
    func owns(_ destination: DestinationKey) -> Bool {
        guard let share else { return true }
        if let known = owned[destination] { return known }
        if owned.count >= 100_000 { owned = [:] }
        let isOwner = share.owns(destination)
        owned[destination] = isOwner
        return isOwner
    }

    /// A lane has changed. Its owner looks at it, when that is another node.
    /// - Parameter lane: nil: what has changed has no lane.
    func laneChanged(_ lane: String?, of destination: DestinationKey) {
        guard !owns(destination) else { return }
        news.lanes[destination, default: []].formUnion(lane.map { [$0] } ?? [])
    }

    /// Rows were changed that other nodes keep in memory.
    func noteSharedChange() { news.hasSharedChange = true }

    package func takeNews() -> NodeNews {
        defer { news = NodeNews() }
        return news
    }

    /// A delivery was claimed. Only where a commit can fail without a word of what became of it, this is of use.
    func noteRequest(_ id: DeliveryID) { if share != nil { requests.claimed.append(id) } }

    /// An attempt has ended.
    func noteEnd(_ id: DeliveryID) { if share != nil { requests.ended.append(id) } }

    package func takeRequests() -> RequestChanges {
        defer { requests = RequestChanges() }
        return requests
    }

    /// Queues what this node has claimed and nobody sends: the commit of the claim was not known to have succeeded.
    /// - Parameter known: what is being sent.
    package func takeBack(besides known: Set<DeliveryID>, at now: Timestamp) throws {
        guard let share else { return }
        let claimed = try database.prepared(
            """
            SELECT id, attempts FROM deliveries INDEXED BY deliveries_in_flight
            WHERE state = 1 AND claimed_by = ? ORDER BY id
            """
        ).all([.int(share.node)]) { (id: DeliveryID($0.int(0)), attempt: Int($0.int(1))) }
        for delivery in claimed where !known.contains(delivery.id) {
            let result = AttemptResult(outcome: .failed(.interrupted), target: "", duration: .zero)
            try settle(
                AttemptSettlement(
                    delivery: delivery.id,
                    attempt: DeliveryAttempt(number: delivery.attempt, startedAt: now, result: result),
                    next: .unsent(until: now)),
                at: now)
        }
    }

    /// Looks at lanes that other nodes have changed: of each lane the head alone is due.
    package func arrange(_ lanes: [DestinationKey: Set<String>], at now: Timestamp) throws {
        for (destination, names) in lanes.sorted(by: { $0.key < $1.key }) where owns(destination) {
            wake(destination)
            for lane in names.sorted() {
                self.lanes.forget(lane, of: destination)
                let head = try self.head(of: lane, destination)
                try database.run(
                    """
                    UPDATE deliveries INDEXED BY deliveries_lane SET due_at = NULL
                    WHERE destination = ?1 AND lane = ?2 AND state IN (0, 1) AND due_at IS NOT NULL AND id <> ?3
                    """,
                    SQLValue(destination), .text(lane), .int(head?.id ?? 0))
                try promote(lane, of: destination, at: now)
            }
        }
    }

    /// Takes over what this node owns since the ownership has changed: what nodes that are gone had in flight is queued
    /// again, and each lane has a head.
    package func takeOver(at now: Timestamp, maxAttempts: (DestinationKey) -> Int) throws -> StoreRecoveryReport {
        let report = try recover(at: now, includesOwn: false, maxAttempts: maxAttempts)
        _ = try repairLanes(at: now)
        for destination in try destinations() where try owns(destination) && count(destination, in: .queued) > 0 {
            wake(destination)
        }
        return report
    }
}
