internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    func handsOverWhatWasPlanned() async throws {
        let event = try await event(session: "acct:1", chat: "a@s")
        let schemes: [WebhookSigningScheme?] = [
            nil, .standardWebhooks,
            .hmac(HMACSignatureFormat(algorithm: .sha512, header: "X-Sig", encoding: .base64, prefix: "v1= sha ,")),
            .hmac(HMACSignatureFormat(prefix: "")),
        ]
        let planned = schemes.map {
            PlannedDelivery(of: event, to: "crm", lane: nil, pipeline: "p", signing: $0)
        }
        clock.advance(by: .seconds(1))
        try await store.commit([EventProcessingResult(event: event.id, deliveries: planned)], at: now)
        clock.advance(by: .seconds(1))
        let claimed = try await claim()
        try equal(claimed.map(\.signing), schemes)
        for (delivery, plan) in zip(claimed, planned) {
            try equal(delivery.body, plan.body(for: delivery.id))
            try equal(try await store.body(of: delivery.id), delivery.body)
            try equal(delivery.destination, "crm")
            try equal(delivery.session, "acct:1")
            try equal(delivery.type, .messageReceived)
            try equal(delivery.chat, "a@s")
            try equal(delivery.attempt, 1)
            try equal(delivery.attemptInSeries, 1)
            try equal(delivery.receivedAt, event.receivedAt)
            try equal(delivery.seriesStartedAt, now, "the first attempt begins the series")
            let record = try some(await store.delivery(delivery.id))
            try equal(record.name, delivery.name)
            try equal(record.event, event.id)
            try equal(record.pipeline, "p")
            try equal(record.state, .inFlight)
            try equal(record.attemptCount, 1, "counted before the request leaves")
            try equal(record.createdAt, event.receivedAt + .seconds(1))
        }
        try await settle(claimed[1], .retry(at: now))
        let again = try await claim()
        try equal(again.map(\.id), [claimed[1].id])
        try equal(again[0].body, claimed[1].body)
        try equal(again[0].attempt, 2)
        try equal(again[0].attemptInSeries, 2)
        try equal(again[0].seriesStartedAt, claimed[1].seriesStartedAt)
        try expect(try await store.body(of: DeliveryID(1)) == nil, "there is no such delivery")
    }

    func keepsAttempts() async throws {
        let id = try await queue()[0]
        let results = [
            AttemptResult(
                outcome: .failed(.timeout), error: "no answer", target: "http://a", duration: .microseconds(1_500_250)
            ),
            AttemptResult(
                outcome: .refused, status: 503, error: "503", response: "so\u{1F600}rry", target: "http://b",
                duration: .microseconds(300)
            ),
            AttemptResult(outcome: .delivered, status: 204, response: "", target: "http://c", duration: .zero),
        ]
        var begun: [Timestamp] = []
        for (index, result) in results.enumerated() {
            let claimed = try some(await claim().first)
            begun.append(now)
            let attempt = DeliveryAttempt(number: claimed.attempt, startedAt: now, result: result)
            clock.advance(by: .seconds(2))
            let next: AttemptSettlement.Next = index == 2 ? .delivered : .retry(at: now)
            try equal(try await store.destinationsThatAnswered(since: now - .seconds(60)), [])
            _ = try await store.exchange(
                [AttemptSettlement(delivery: id, attempt: attempt, next: next)], claims: [], at: now)
        }
        try equal(try await store.destinationsThatAnswered(since: now), ["crm"])
        try equal(try await store.destinationsThatAnswered(since: now + .seconds(1)), [])
        let attempts = try await store.attempts(of: id)
        try equal(attempts.map(\.number), [1, 2, 3])
        try equal(attempts.map(\.startedAt), begun)
        for (attempt, result) in zip(attempts, results) {
            try equal(attempt.result.outcome, result.outcome)
            try equal(attempt.result.status, result.status)
            try equal(attempt.result.error, result.error)
            try equal(attempt.result.response, result.response)
            try equal(attempt.result.target, result.target)
            try equal(attempt.result.duration, result.duration)
        }
        let record = try some(await store.delivery(id))
        try equal(record.state, .delivered)
        try equal(record.attemptCount, 3)
        try equal(record.lastStatus, 204)
        try equal(record.lastError, nil)
        try equal(record.lastTarget, "http://c")
        try equal(record.finishedAt, now)
    }

    func claimsNoMoreThanAsked() async throws {
        let crm = try await queue(3)
        let erp = try await queue(2, to: "erp")
        let claims = [
            DeliveryClaimRequest(destination: "crm", limit: 2), DeliveryClaimRequest(destination: "erp", limit: 0),
            DeliveryClaimRequest(destination: "none", limit: 5),
        ]
        let results = try await store.exchange([], claims: claims, at: now)
        try equal(results.map(\.destination), ["crm", "erp", "none"])
        try equal(results[0].deliveries.map(\.id), Array(crm.prefix(2)))
        try equal(results[0].nextDue, now)
        try equal(results[1].deliveries.map(\.id), [])
        try equal(results[1].nextDue, now)
        try equal(results[2].deliveries.map(\.id), [])
        try equal(results[2].nextDue, nil)
        try equal(try await claimIDs(), [crm[2]])
        try equal(try await claimIDs("erp"), erp)
    }

    func freesASlotInTheSameExchange() async throws {
        let ids = try await queue(3, lane: "l")
        var claimed = try await claim()
        for next in ids.dropFirst() {
            let result = try await store.exchange(
                [settlement(claimed[0], .delivered)], claims: [DeliveryClaimRequest(destination: "crm", limit: 1)],
                at: now
            )
            claimed = result[0].deliveries
            try equal(claimed.map(\.id), [next])
        }
    }

    func ignoresStaleSettlements() async throws {
        let id = try await queue()[0]
        let first = try await claim()[0]
        try await settle(first, .retry(at: now))
        try await settle(first, .delivered)
        try equal(try await state(id), .queued, "a result twice")
        let second = try await claim()[0]
        try await settle(first, .dead(.refused))
        try equal(try await state(id), .inFlight, "a result of the attempt before")
        try await settle(second, .delivered)
        try await settle(second, .dead(.refused))
        try equal(try await state(id), .delivered)
        try equal(try await store.attempts(of: id).count, 2)
        let unknown = ClaimedDelivery(
            id: DeliveryID(1), destination: "crm", session: "s", type: .messageSent, chat: nil, attempt: 1,
            attemptInSeries: 1,
            seriesStartedAt: now, receivedAt: now, signing: nil, body: []
        )
        try await settle(unknown, .delivered)
        try await checkCounts()
    }

    func tellsWhenTheNextIsDue() async throws {
        try equal(try await store.dueTimes(), [:])
        _ = try await queue(2, lane: "l")
        _ = try await queue(to: "erp")
        try equal(try await store.dueTimes(), ["crm": now, "erp": now])
        let later = now + .seconds(7)
        try await settle(try await claim()[0], .retry(at: later))
        let flying = try await claim("erp")
        try equal(try await store.dueTimes(), ["crm": later])
        let result = try await store.exchange(
            [], claims: [DeliveryClaimRequest(destination: "crm", limit: 4)], at: now)[0]
        try equal(result.deliveries.count, 0)
        try equal(result.nextDue, later)
        try await settle(flying[0], .retry(at: later + .seconds(1)))
        try equal(try await store.dueTimes(), ["crm": later, "erp": later + .seconds(1)])
    }

    func recoversWhatWasInFlight() async throws {
        let ids = try await queue(3)
        let other = try await queue(to: "erp")
        let waiting = try await queue(to: "pbx")
        try await settle(try await claim(limit: 1)[0], .retry(at: now))
        let begun = now
        let flying = try await claim(limit: 2) + claim("erp")
        try equal(flying.map(\.id).sorted(), [ids[0], ids[1], other[0]].sorted())

        clock.advance(by: .seconds(30))
        let run = try await reopened()
        let report = try await run.store.recover(at: now) { $0 == "crm" ? 2 : 1 }
        try equal(report.requeued, 3)
        try equal(report.dead, 0)
        try equal(try await run.state(ids[0]), .queued, "it was the last attempt, and does not count")
        try equal(try await run.state(ids[1]), .queued)
        try equal(try await run.due(ids[1]), now)
        try equal(try await run.state(ids[2]), .queued, "never claimed")
        try equal(try await run.state(other[0]), .queued)
        try equal(try await run.state(waiting[0]), .queued)
        let attempt = try some(await run.store.attempts(of: ids[1]).first)
        try equal(attempt.number, 1)
        try equal(attempt.result.outcome, .failed(.interrupted))
        try equal(attempt.startedAt, begun)

        try await run.settle(flying[1], .delivered)
        try equal(try await run.state(ids[1]), .queued, "a result from before the crash comes too late")
        let again = try await run.claim()
        try equal(Set(again.map(\.id)), Set(ids))
        try equal(try some(again.first { $0.id == ids[1] }).attempt, 2)
        try equal(try some(again.first { $0.id == ids[1] }).attemptInSeries, 1)
        let second = try await run.store.recover(at: now) { _ in 5 }
        try equal(second.requeued, 3)
        try await run.checkCounts()
        try await conformance.discard(run.store)
    }

    func recoversLanes() async throws {
        let dying = try await queue(2, lane: "m")
        for _ in 1...RetryPolicy.uncountedInterruptions {
            _ = try await claim()
            try equal(try await store.recover(at: now) { _ in 1 }.dead, 0)
        }
        let requeued = try await queue(2, lane: "l")
        try equal(try await claim().count, 2)
        let run = try await reopened()
        let report = try await run.store.recover(at: now) { _ in 1 }
        try equal(report.requeued, 1)
        try equal(report.dead, 1)
        try equal(try await run.state(dying[0]), .dead)
        try equal(Set(try await run.claimIDs()), [requeued[0], dying[1]], "lanes go on where they were")
        try equal(try await run.claimIDs(), [])
        try await conformance.discard(run.store)
    }

    func wakes() async throws {
        var newlyDue = store.newlyDue.makeAsyncIterator()
        let ids = try await queue(2, lane: "l")
        try equal(await newlyDue.next(), ["crm"], "a pipeline's commit")
        let event = try await event()
        _ = try await store.enqueue(plan(event, to: "erp"), event: event.id, at: now)
        try equal(await newlyDue.next(), ["erp"], "a single delivery")

        let claimed = try await claim(limit: 1)
        try await settle(claimed[0], .dead(.refused))
        try equal(await newlyDue.next(), ["crm"], "the next of a lane, that nobody claimed")
        _ = try await store.retry(ids[0], at: now)
        try equal(await newlyDue.next(), ["crm"], "a retry")
        _ = try await send("crm", .dead(.refused))
        try equal(await newlyDue.next(), ["crm"])
        _ = try await store.replayDeadLetters(DeliveryFilter(), at: now)
        try equal(await newlyDue.next(), ["crm"], "a replay")
        _ = try await store.cancel(ids[0], at: now)
        try equal(await newlyDue.next(), ["crm"], "the next of a lane")
        try await store.pause(DestinationPause(destination: "pbx", reason: .manual, since: now))
        _ = try await store.resume(destination: "pbx", at: now)
        try equal(await newlyDue.next(), ["pbx"], "a destination that goes on")
    }

    func mergesWakeups() async throws {
        for destination: DestinationKey in ["a", "b", "c", "a"] { _ = try await queue(to: destination) }
        var newlyDue = store.newlyDue.makeAsyncIterator()
        try equal(await newlyDue.next(), ["a", "b", "c"])
        _ = try await queue(to: "d")
        try equal(await newlyDue.next(), ["d"])
    }

    func doesNotWakeForWhatItHandsOver() async throws {
        _ = try await queue(3, lane: "l")
        var newlyDue = store.newlyDue.makeAsyncIterator()
        try equal(await newlyDue.next(), ["crm"])
        let claims = [DeliveryClaimRequest(destination: "crm", limit: 1)]
        var claimed = try await claim()
        for _ in 0..<2 {
            claimed = try await store.exchange([settlement(claimed[0], .delivered)], claims: claims, at: now)[0]
                .deliveries
        }
        _ = try await store.exchange([settlement(claimed[0], .retry(at: now))], claims: claims, at: now)
        _ = try await queue(to: "sign")
        try equal(await newlyDue.next(), ["sign"])
    }
}
