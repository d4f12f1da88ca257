internal import RelayCore

extension StoreWriter {
    /// A delivery that may go into a batch.
    private struct DeliveryBatchCandidate {
        var id: Int64
        var due: Timestamp?
        var notBefore: Timestamp
        var lane: String?
        var batch: Int64?
        /// Bytes of its body.
        var size: Int

        static func columns(_ dialect: StoreDialect) -> String {
            """
            d.id, d.due_at, d.not_before, d.lane, d.batch,
            ifnull(length(\(dialect.body)), 0) + iif(d.body_id IS NULL, 0, \(PlannedDelivery.endLength))
            """
        }

        init(_ row: ResultRow) {
            id = row.int(0)
            due = row.optionalTime(1)
            notBefore = row.time(2)
            lane = row.optionalText(3)
            batch = row.optionalInt(4)
            size = Int(row.int(5))
        }

        /// Whether it, or the request that it was part of, is to wait for others.
        func isAvoided(by claim: DeliveryClaimRequest) -> Bool {
            claim.avoiding.contains(DeliveryID(id)) || batch.map { claim.avoiding.contains(DeliveryID($0)) } ?? false
        }
    }

    /// Claims due deliveries in batches: first batches that are retried, then new ones.
    func claim(_ claim: DeliveryClaimRequest, in policy: BatchPolicy, at now: Timestamp) throws -> DeliveryClaimResult {
        let limit = Self.limit(of: claim)
        var result = DeliveryClaimResult(destination: claim.destination, batches: [], nextDue: nil)
        var taken = 0
        while true {
            let heads = try heads(of: claim.destination, limit: policy.maxEvents * (claim.avoiding.count + 1) + 1)
            let due = heads.prefix { ($0.due ?? now) <= now }
            let preferred = due.filter { !$0.isAvoided(by: claim) }
            guard !due.isEmpty, result.batches.count < limit, taken < Self.largestClaim else {
                result.nextDue = heads.first?.due
                return result
            }
            var ids: [Int64]
            let candidates = preferred.isEmpty ? Array(due) : preferred
            if let batch = candidates.lazy.compactMap(\.batch).first {
                ids = try members(of: batch, at: claim.destination, policy, now)
            } else {
                var fill = BatchMeter(policy)
                ids = try gather(
                    Array(candidates.prefix(policy.maxEvents + 1)), into: &fill, limit: policy.maxEvents,
                    of: claim.destination, now)
                guard fill.isReady(at: now) else {
                    let later = heads.dropFirst(due.count).first?.due
                    result.nextDue = [fill.readyAt, later].compactMap(\.self).min()
                    return result
                }
            }
            ids.sort()
            result.batches.append(try take(ids, of: claim.destination, batch: ids.first, at: now))
            taken += ids.count
        }
    }

    /// ``rowLock`` for candidates, without the rows of their bodies.
    private var candidateLock: String { dialect.rowLock.isEmpty ? "" : dialect.rowLock + " OF d" }

    private func heads(of destination: DestinationKey, limit: Int) throws -> [DeliveryBatchCandidate] {
        try database.prepared(
            """
            SELECT \(DeliveryBatchCandidate.columns(dialect)) FROM deliveries d INDEXED BY deliveries_due
            \(dialect.bodyJoin)
            WHERE d.destination = ? AND d.due_at IS NOT NULL ORDER BY d.due_at, d.id LIMIT ?\(candidateLock)
            """
        ).all([SQLValue(destination), .int(Int64(limit))], read: DeliveryBatchCandidate.init)
    }

    /// Fills a batch with heads that were never sent in one, and with deliveries behind them while the limits allow.
    private func gather(
        _ heads: [DeliveryBatchCandidate], into fill: inout BatchMeter, limit: Int,
        of destination: DestinationKey,
        _ now: Timestamp
    ) throws -> [Int64] {
        var ids: [Int64] = []
        for head in heads {
            guard fill.take(head.size, dueSince: head.due) else { return ids }
            ids.append(head.id)
        }
        for head in heads {
            guard !fill.isFull, let lane = head.lane else { continue }
            for next in try following(head.id, in: lane, of: destination, limit: limit - fill.count + 1) {
                guard next.batch == nil, next.notBefore <= now, fill.take(next.size, dueSince: nil) else { break }
                ids.append(next.id)
            }
        }
        return ids
    }

    /// The deliveries of a batch that can be sent now: those that are next in their lanes.
    private func members(
        of batch: Int64, at destination: DestinationKey, _ policy: BatchPolicy, _ now: Timestamp
    ) throws -> [Int64] {
        let members = try database.prepared(
            """
            SELECT \(DeliveryBatchCandidate.columns(dialect)) FROM deliveries d INDEXED BY deliveries_batch
            \(dialect.bodyJoin)
            WHERE d.batch = ? AND d.state = 0 ORDER BY d.id\(candidateLock)
            """
        ).all([.int(batch)], read: DeliveryBatchCandidate.init)
        var fill = BatchMeter(policy)
        var ids: [Int64] = []
        var last: [String: Int64] = [:]
        for member in members {
            var isNext = member.due.map { $0 <= now } ?? false
            if let lane = member.lane, let before = last[lane], member.notBefore <= now {
                isNext = try following(before, in: lane, of: destination, limit: 1).first?.id == member.id
            }
            guard isNext else { continue }
            guard fill.take(member.size, dueSince: member.due) else { break }
            ids.append(member.id)
            if let lane = member.lane { last[lane] = member.id }
        }
        return ids
    }

    /// The deliveries behind one in its lane, in order.
    private func following(
        _ id: Int64, in lane: String, of destination: DestinationKey, limit: Int
    ) throws -> [DeliveryBatchCandidate] {
        try database.prepared(
            """
            SELECT \(DeliveryBatchCandidate.columns(dialect)) FROM deliveries d INDEXED BY deliveries_lane
            \(dialect.bodyJoin)
            WHERE d.destination = ? AND d.lane = ? AND d.state IN (0, 1) AND d.id > ? ORDER BY d.id LIMIT ?\(candidateLock)
            """
        ).all([SQLValue(destination), .text(lane), .int(id), .int(Int64(limit))], read: DeliveryBatchCandidate.init)
    }
}
