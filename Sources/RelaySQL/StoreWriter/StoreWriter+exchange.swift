internal import RelayCore

extension StoreWriter {
    /// Applies the result of an attempt. The result of any other attempt than the current one changes nothing.
    func settle(_ settlement: AttemptSettlement, at now: Timestamp) throws {
        noteEnd(settlement.delivery)
        if case .delivered = settlement.next { return try deliver(settlement, at: now) }
        let id = settlement.delivery.rawValue
        let attempt = settlement.attempt
        let position = try statements.settled.first(.int(id), .int(Int64(attempt.number))) {
            (destination: $0.destination(0), lane: $0.optionalText(1), interruptions: Int($0.int(2)))
        }
        guard let (destination, lane, interruptions) = position else { return }
        _ = lanes.takeClaim(id)
        laneChanged(lane, of: destination)
        if let lane { lanes.forget(lane, of: destination) }
        if case .unsent = settlement.next {} else { try record(attempt, of: id) }
        switch settlement.next {
        case .delivered: break
        case .retry where try isDeletedWebhook(destination), .dead where try isDeletedWebhook(destination):
            try finish(id, as: .cancelled, reason: nil, attempt.result, at: now)
            count(destination, from: .inFlight, to: .cancelled)
        case .dead(let reason):
            try finish(id, as: .dead, reason: reason, attempt.result, at: now)
            count(destination, from: .inFlight, to: .dead)
        case .retry(let moment):
            let isUncounted =
                attempt.result.outcome == .failed(.interrupted) && interruptions < RetryPolicy.uncountedInterruptions
            try requeue(settlement, until: moment, isUncounted: isUncounted, isHead: lane == nil, at: now)
            count(destination, from: .inFlight, to: .queued)
            if lane == nil { wake(destination) }
        case .unsent(let moment):
            try statements.takeBack.run(
                .int(id), SQLValue(lane == nil ? moment : nil), .int(moment.milliseconds),
                .int(max(0, (moment - now).milliseconds)), SQLValue(attempt.result.error))
            count(destination, from: .inFlight, to: .queued)
            if lane == nil { wake(destination) }
        }
        if let lane { try promote(lane, of: destination, at: now) }
    }

    /// A first attempt that delivers is columns of the delivery, and no row of its own.
    private func deliver(_ settlement: AttemptSettlement, at now: Timestamp) throws {
        let (id, attempt) = (settlement.delivery.rawValue, settlement.attempt)
        let result = attempt.result
        let isColumns = attempt.number == 1 && result.outcome == .delivered && result.retryAfter == nil
        let isCurrent = try statements.deliver.run(
            .int(id), .int(Int64(attempt.number)), .int(now.milliseconds), SQLValue(result.status),
            .text(result.target), SQLValue(result.error),
            SQLValue(isColumns ? attempt.startedAt : nil),
            SQLValue(isColumns ? result.duration.microseconds : nil),
            SQLValue(isColumns ? result.response : nil)
        )
        guard isCurrent else { return }
        if !isColumns { try record(attempt, of: id) }
        guard let position = try lanes.takeClaim(id) ?? storedPosition(of: id) else { return }
        count(position.destination, from: .inFlight, to: .delivered)
        laneChanged(position.lane, of: position.destination)
        guard let lane = position.lane, !lanes.finish(id, in: lane, of: position.destination) else { return }
        try promote(lane, of: position.destination, at: now)
    }

    private func storedPosition(of id: Int64) throws -> OpenLanes.Position? {
        try database.prepared("SELECT destination, lane FROM deliveries WHERE id = ?").first(.int(id)) {
            OpenLanes.Position(destination: $0.destination(0), lane: $0.optionalText(1))
        }
    }

    /// The most deliveries in one claim: their bodies are in memory.
    static let largestClaim = 10_000

    static func limit(of claim: DeliveryClaimRequest) -> Int { min(max(claim.limit, 0), largestClaim) }

    /// Deliveries that a claim may take.
    static func rows(of claim: DeliveryClaimRequest) -> Int {
        min(limit(of: claim) * (claim.batch?.maxEvents ?? 1), largestClaim)
    }

    /// Claims due deliveries and counts their attempts.
    func claim(_ request: DeliveryClaimRequest, at now: Timestamp) throws -> DeliveryClaimResult {
        guard owns(request.destination) else {
            return DeliveryClaimResult(destination: request.destination, batches: [], nextDue: nil)
        }
        guard let claimAllowance else { return try claimAllowed(request, at: now) }
        var claim = request
        claim.limit = try claimAllowance(request.destination, request.limit)
        if claim.limit == request.limit { return try claimAllowed(claim, at: now) }
        var result = try claimAllowed(claim, at: now)
        // The requests of other nodes end without a word to this one.
        let again = now + Self.handoverPause
        result.nextDue = result.nextDue.map { min($0, again) } ?? again
        return result
    }

    /// How long a claim waits for requests of the destination's former owner, before it looks again.
    private static let handoverPause = Duration.milliseconds(200)

    /// Whether a delivery may be claimed when it is queued.
    func allowsNewClaim(of destination: DestinationKey) throws -> Bool {
        try claimAllowance.map { try $0(destination, 1) == 1 } ?? true
    }

    private func claimAllowed(_ claim: DeliveryClaimRequest, at now: Timestamp) throws -> DeliveryClaimResult {
        if let policy = claim.batch { return try self.claim(claim, in: policy, at: now) }
        let limit = Self.limit(of: claim)
        let window = Int64(limit + 1 + claim.avoiding.count)
        let heads = try statements.dueDeliveries.all([SQLValue(claim.destination), .int(window)]) {
            (id: $0.int(0), due: $0.time(1))
        }
        let ready = heads.prefix { $0.due <= now }
        let preferred = ready.filter { !claim.avoiding.contains(DeliveryID($0.id)) }
        let due = (preferred.isEmpty ? Array(ready) : preferred).prefix(limit).map(\.id)
        let nextDue = heads.first { !due.contains($0.id) }?.due
        let deliveries = try take(due, of: claim.destination, batch: nil, at: now)
        return DeliveryClaimResult(destination: claim.destination, batches: deliveries.map { [$0] }, nextDue: nextDue)
    }

    /// How long a destination was paused until now, its present pause not included.
    func pausedTime(of destination: DestinationKey) throws -> Duration {
        if let known = pausedTimes[destination] { return known }
        let time = try statements.pausedTime.first(SQLValue(destination)) { $0.int(0) }
        let paused = Duration.milliseconds(time ?? 0)
        rememberPausedTime(paused, of: destination)
        return paused
    }

    /// Puts deliveries in flight, counts their attempts, and reads them.
    func take(
        _ ids: [Int64], of destination: DestinationKey, batch: Int64?, at now: Timestamp
    ) throws -> [ClaimedDelivery] {
        var deliveries: [ClaimedDelivery] = []
        deliveries.reserveCapacity(ids.count)
        let pausedTime = ids.isEmpty ? .zero : try pausedTime(of: destination)
        for id in ids {
            var claimed = unclaimed.remove(id)
            claimed?.seriesStartedAt = now
            claimed =
                try claimed
                ?? statements.claimable.first(.int(id)) { row in
                    let body = row.bytes(10)
                    return ClaimedDelivery(
                        id: DeliveryID(id),
                        destination: destination,
                        session: row.text(4),
                        type: EventType(row.text(5)),
                        chat: row.optionalText(6),
                        attempt: Int(row.int(0)) + 1,
                        attemptInSeries: Int(row.int(1)) + 1,
                        interruptionsInSeries: Int(row.int(8)),
                        seriesStartedAt: row.int(1) == 0 ? now : row.time(2) + pausedTime,
                        receivedAt: row.time(3),
                        signing: row.optionalText(7).flatMap(WebhookSigningScheme.init(column:)),
                        body: row.isNull(9) ? body : PlannedDelivery.body(body, for: DeliveryID(id))
                    )
                }
            guard let claimed else { throw CorruptRowError("delivery \(DeliveryID(id)) has no body") }
            try statements.claim.run(
                .int(id), .int(Int64(claimed.attempt)), .int(Int64(claimed.attemptInSeries)), .int(now.milliseconds),
                SQLValue(batch), .int((claimed.seriesStartedAt - pausedTime).milliseconds)
            )
            noteRequest(claimed.id)
            deliveries.append(claimed)
        }
        if !deliveries.isEmpty { count(destination, from: .queued, to: .inFlight, times: deliveries.count) }
        return deliveries
    }

    /// Queues the deliveries that a process that ended had in flight.
    /// - Parameter includesOwn: whether those that this node has claimed are among them: it has just started.
    func recover(
        at now: Timestamp, includesOwn: Bool, maxAttempts: (DestinationKey) -> Int
    ) throws -> StoreRecoveryReport {
        struct InterruptedAttempt {
            var id: Int64
            var destination: DestinationKey
            var lane: String?
            var attempt: Int
            var attemptInSeries: Int
            var interruptions: Int
            var startedAt: Timestamp
            var target: String
            var batch: DeliveryID?
        }
        let interrupted = try database.prepared(
            """
            SELECT id, destination, lane, attempts, series_attempts, not_before, last_target,
                batch, series_interruptions
            FROM deliveries INDEXED BY deliveries_in_flight WHERE state = 1\(ofNodesThatAreGone(includingThis: includesOwn)) ORDER BY id
            """
        ).all { row in
            InterruptedAttempt(
                id: row.int(0), destination: row.destination(1), lane: row.optionalText(2), attempt: Int(row.int(3)),
                attemptInSeries: Int(row.int(4)), interruptions: Int(row.int(8)), startedAt: row.time(5),
                target: row.text(6),
                batch: row.optionalInt(7).map { DeliveryID($0) }
            )
        }
        var report = StoreRecoveryReport(requeued: 0, dead: 0)
        for delivery in interrupted {
            let isLast = RetryPolicy.isLast(
                attempt: delivery.attemptInSeries, interruptions: delivery.interruptions,
                of: maxAttempts(delivery.destination))
            let result = AttemptResult(
                outcome: .failed(.interrupted),
                error: "the relay ended while the request was under way; whether it arrived is not known",
                target: delivery.target,
                duration: max(now - delivery.startedAt, .zero)
            )
            let attempt = DeliveryAttempt(number: delivery.attempt, startedAt: delivery.startedAt, result: result)
            let settlement = AttemptSettlement(
                delivery: DeliveryID(delivery.id),
                attempt: attempt,
                next: isLast ? .dead(.interrupted) : .retry(at: now),
                batch: delivery.batch
            )
            try settle(settlement, at: now)
            if isLast { report.dead += 1 } else { report.requeued += 1 }
        }
        return report
    }

    /// SQL: that a delivery in flight was claimed by a node that is gone. One that leaves is not, before it has settled what
    /// it has in flight.
    private func ofNodesThatAreGone(includingThis: Bool) -> String {
        guard let share else { return "" }
        let isGone = "NOT EXISTS (SELECT 1 FROM nodes WHERE number = claimed_by)"
        return includingThis ? " AND (claimed_by = \(share.node) OR \(isGone))" : " AND \(isGone)"
    }

    private func record(_ attempt: DeliveryAttempt, of id: Int64) throws {
        let result = attempt.result
        let (outcome, failure) = result.outcome.columns
        try statements.insertAttempt.run(
            .int(id), .int(Int64(attempt.number)), .int(attempt.startedAt.milliseconds),
            .int(result.duration.microseconds),
            .int(outcome), SQLValue(failure), SQLValue(result.status), .text(result.target), SQLValue(result.error),
            SQLValue(result.response), SQLValue(result.retryAfter.map(\.milliseconds))
        )
    }

    private func finish(
        _ id: Int64, as state: DeliveryState, reason: DeadLetterReason?, _ result: AttemptResult, at now: Timestamp
    ) throws {
        try statements.finish.run(
            .int(id), SQLValue(state), .int(now.milliseconds), SQLValue(reason?.rawValue), SQLValue(result.status),
            .text(result.target), SQLValue(result.error)
        )
    }

    /// - Parameter isUncounted: whether the attempt is none of those that the policy allows.
    private func requeue(
        _ settlement: AttemptSettlement, until moment: Timestamp, isUncounted: Bool, isHead: Bool, at now: Timestamp
    ) throws {
        let result = settlement.attempt.result
        try statements.requeue.run(
            .int(settlement.delivery.rawValue), SQLValue(isHead ? moment : nil), .int(moment.milliseconds),
            SQLValue(result.status), .text(result.target), SQLValue(result.error),
            SQLValue(settlement.batch?.rawValue), .int(max(0, (moment - now).milliseconds)), SQLValue(isUncounted)
        )
    }
}
