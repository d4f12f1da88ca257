internal import RelayCore

extension StoreConformanceContext {
    private static let destinations: [DestinationKey] = ["crm", "erp", "pbx"]
    /// The one that takes batches.
    private static let batching: DestinationKey = "pbx"
    private static let policy = BatchPolicy(maxEvents: 3, maxWait: .milliseconds(30))
    private static let lanes = ["a", "b", "c", nil]

    /// Three thousand random operations, each compared with the model.
    func walksAtRandom(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var model = OutboxModel()
        var webhooks = WebhookModel()
        var claimed: [[ClaimedDelivery]] = []
        for step in 0..<3000 {
            let destinations = Self.destinations + webhooks.destinations
            switch Int.random(in: 0..<110, using: &random) {
            case 0..<25: try await insert(into: &model, &webhooks, &random)
            case 25..<75: try await exchange(&model, destinations, &claimed, &random)
            case 75..<82:
                guard let id = model.ids.randomElement(using: &random) else { continue }
                try equal(try await store.retry(id, at: now), model.retry(id, at: now), "step \(step): retry")
            case 82..<87:
                guard let id = model.ids.randomElement(using: &random) else { continue }
                try equal(try await store.cancel(id, at: now), model.cancel(id, at: now), "step \(step): cancel")
            case 87..<88:
                let destination = (destinations + model.deleted).randomElement(using: &random) ?? "crm"
                let dead = model.ids(in: .dead).filter {
                    model.deliveries[$0]?.destination == destination && !model.deleted.contains(destination)
                }
                for id in dead { _ = model.retry(id, at: now) }
                let count = try await store.replayDeadLetters(DeliveryFilter(destination: destination), at: now)
                try equal(count, dead.count, "step \(step): replay")
            case 88..<89:
                _ = try await store.recover(at: now) { _ in 4 }
                model.recover(maxAttempts: 4, at: now)
            case 89..<90:
                for id in model.ids(in: .dead) { model.forget(id) }
                _ = try await store.purgeDeadLetters(DeliveryFilter())
            case 100..<102: try await create(&webhooks, &random)
            case 102..<104: try await delete(&webhooks, &model, &random)
            case 104..<106: try await change(&webhooks, step, &random)
            case 106..<108:
                let destination = destinations.randomElement(using: &random) ?? "crm"
                try await store.pause(DestinationPause(destination: destination, reason: .manual, since: now))
                model.paused.insert(destination)
            case 108..<109:
                let destination = model.paused.sorted().randomElement(using: &random) ?? "crm"
                let wasPaused = model.paused.remove(destination) != nil
                try equal(try await store.resume(destination: destination, at: now), wasPaused, "step \(step): resume")
            case 109..<110:
                stepClock(by: .seconds([-7200, -60, 60, 7200].randomElement(using: &random) ?? 0))
            default: clock.advance(by: .milliseconds(Int64.random(in: 1...40, using: &random)))
            }
            try expect(model.faults.isEmpty, "step \(step): \(model.faults)")
            if step % 50 == 49 {
                try await compare(model, step)
                try await compare(webhooks, step)
            }
        }
        for destination in model.paused { _ = try await store.resume(destination: destination, at: now) }
        model.paused = []
        try await drain(&model, Self.destinations + webhooks.destinations)
        try await compare(model, 3000)
        try equal(model.ids(in: .queued, .inFlight), [])
        for (lane, ids) in model.delivered { try equal(ids, ids.sorted(), "first successes in \(lane)") }
    }

    private func insert(
        into model: inout OutboxModel, _ webhooks: inout WebhookModel, _ random: inout SeededGenerator
    ) async throws {
        let event = try await event()
        let destinations = Self.destinations + webhooks.destinations
        var plans: [PlannedDelivery] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let lane = Self.lanes.randomElement(using: &random) ?? nil
            plans.append(plan(event, to: destinations.randomElement(using: &random) ?? "crm", lane: lane))
        }
        // A webhook may be deleted between the run of the pipeline and its commit.
        if Int.random(in: 0..<20, using: &random) == 0 { try await delete(&webhooks, &model, &random) }
        let result = EventProcessingResult(event: event.id, deliveries: plans)
        try await store.commit([result], at: now)
        if Bool.random(using: &random) { try await store.commit([result], at: now) }
        let records = try await store.deliveries(DeliveryFilter(event: event.id), before: nil, offset: 0, limit: 10)
        try equal(records.count, plans.count)
        for (record, plan) in zip(records.reversed(), plans) {
            try equal(record.destination, plan.destination)
            model.insert(record.id, to: plan.destination, lane: plan.lane, at: now)
        }
    }

    private func exchange(
        _ model: inout OutboxModel, _ destinations: [DestinationKey], _ claimed: inout [[ClaimedDelivery]],
        _ random: inout SeededGenerator
    ) async throws {
        var settlements: [AttemptSettlement] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            guard let index = claimed.indices.randomElement(using: &random) else { break }
            // Some stay in the list, so that their second result is stale.
            let batch = Int.random(in: 0..<10, using: &random) == 0 ? claimed[index] : claimed.remove(at: index)
            let isDelivered = Bool.random(using: &random)
            for delivery in batch {
                let next: AttemptSettlement.Next =
                    switch Int.random(in: 0..<5, using: &random) {
                    case _ where isDelivered: .delivered
                    case 0..<4: .retry(at: now + .milliseconds(Int64.random(in: 0...60, using: &random)))
                    default: .dead(.exhausted)
                    }
                var settlement = settlement(delivery, next)
                settlement.batch = [nil, delivery.id, batch[0].id, batch[0].id].randomElement(using: &random) ?? nil
                settlements.append(settlement)
                model.settle(delivery.id, attempt: delivery.attempt, next, batch: settlement.batch, at: now)
            }
        }
        var claims: [DeliveryClaimRequest] = []
        for destination in destinations where !model.paused.contains(destination) && Bool.random(using: &random) {
            let batch = destination == Self.batching ? Self.policy : nil
            claims.append(
                DeliveryClaimRequest(
                    destination: destination, limit: Int.random(in: 0...3, using: &random), batch: batch))
        }
        let results = try await store.exchange(settlements, claims: claims, at: now)
        for (claim, result) in zip(claims, results) {
            let expected =
                claim.batch.map { model.claim(claim.destination, limit: claim.limit, batch: $0, at: now) }
                ?? model.claim(claim.destination, limit: claim.limit, at: now)
            try equal(result.batches.map { $0.map(\.id) }, expected.ids, "claim of \(claim.destination)")
            try equal(result.nextDue, expected.nextDue, "next due of \(claim.destination)")
            for delivery in result.deliveries {
                try equal(delivery.attempt, model.deliveries[delivery.id]?.attempts)
                try equal(delivery.attemptInSeries, model.deliveries[delivery.id]?.seriesAttempts)
            }
            claimed += result.batches
        }
    }

    /// Delivers everything that is queued.
    private func drain(_ model: inout OutboxModel, _ destinations: [DestinationKey]) async throws {
        _ = try await store.recover(at: now) { _ in 1000 }
        model.recover(maxAttempts: 1000, at: now)
        while !model.ids(in: .queued).isEmpty {
            // After a step of the clock the next may be due in hours.
            let next = model.deliveries.values.compactMap(\.dueAt).min() ?? now
            clock.advance(by: max(next - now, .seconds(1)))
            for destination in destinations {
                let expected = model.claim(destination, limit: 50, at: now)
                let deliveries = try await claim(destination, limit: 50)
                try equal(deliveries.map { [$0.id] }, expected.ids, "while draining")
                for delivery in deliveries { model.settle(delivery.id, attempt: delivery.attempt, .delivered, at: now) }
                _ = try await store.exchange(deliveries.map { settlement($0, .delivered) }, claims: [], at: now)
            }
        }
    }

    private func compare(_ model: OutboxModel, _ step: Int) async throws {
        let records = try await everything()
        try equal(records.map(\.id), model.ids, "step \(step)")
        for record in records {
            let expected = try some(model.deliveries[record.id])
            try equal(record.state, expected.state, "step \(step): state of \(record.id)")
            try equal(record.dueAt, expected.dueAt, "step \(step): due time of \(record.id)")
            try equal(record.attemptCount, expected.attempts, "step \(step): attempts of \(record.id)")
        }
        for record in records where record.state == .queued {
            let reason = model.reason(for: record, among: records, at: now)
            try expect(reason != nil, "step \(step): \(record.id) to \(record.destination) is queued for no reason")
        }
        try equal(Set(try await store.pauses().map(\.destination)), model.paused, "step \(step): pauses")
        var due: [DestinationKey: Timestamp] = [:]
        for delivery in model.deliveries.values {
            if let moment = delivery.dueAt {
                due[delivery.destination] = min(due[delivery.destination] ?? moment, moment)
            }
        }
        try equal(try await store.dueTimes(), due, "step \(step): due times")
        try await checkCounts()
    }
}
