internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    func retriesWhatIsQueued() async throws {
        let ids = try await queue(2, lane: "l")
        let single = try await queue(to: "erp")
        let later = now + .seconds(60)
        _ = try await send("crm", .retry(at: later))
        _ = try await send("erp", .retry(at: later))
        clock.advance(by: .seconds(1))
        for id in [ids[0], single[0]] {
            try equal(try await store.retry(id, at: now), .done)
            try equal(try await due(id), now)
        }
        try equal(try await store.retry(ids[1], at: now), .done)
        try equal(try await due(ids[1]), nil, "another of the lane goes first")
        let claimed = try await claim()
        try equal(claimed.map(\.id), [ids[0]])
        try equal(claimed[0].attemptInSeries, 2, "the series goes on")
        try equal(try await store.retry(ids[0], at: now), .refused(.inFlight))
        try equal(try await store.retry(DeliveryID(1), at: now), .notFound)
    }

    func retriesWhatIsFinished() async throws {
        let ids = try await queue(3)
        _ = try await send("crm", .retry(at: now + .seconds(1)))
        _ = try await send("crm", .dead(.exhausted))
        _ = try await send("crm", .delivered)
        let (dead, delivered) = (ids[1], ids[2])
        let states = (try await state(ids[0]), try await state(dead), try await state(delivered))
        try expect(states == (.queued, .dead, .delivered), "\(states)")
        try equal(try await store.cancel(ids[0], at: now), .done)
        clock.advance(by: .seconds(10))
        try equal(try await store.retry(delivered, at: now), .refused(.delivered))
        for id in [ids[0], dead] { try equal(try await store.retry(id, at: now), .done) }
        let record = try some(await store.delivery(dead))
        try equal(record.state, .queued)
        try equal(record.deadReason, nil)
        try equal(record.finishedAt, nil)
        try equal(record.dueAt, now)
        let claimed = try await claim()
        try equal(claimed.map(\.id), [ids[0], dead])
        try equal(claimed.map(\.attempt), [2, 2], "attempts count on")
        try equal(claimed.map(\.attemptInSeries), [1, 1], "a new series")
        try equal(claimed.map(\.seriesStartedAt), [now, now])
        try await checkCounts()
    }

    func cancels() async throws {
        let ids = try await queue(4, lane: "l")
        try equal(try await store.cancel(ids[0], at: now), .done)
        try equal(try await state(ids[0]), .cancelled)
        try equal(try await store.delivery(ids[0])?.finishedAt, now)
        try equal(try await store.cancel(ids[2], at: now), .done)
        let claimed = try await claim()
        try equal(claimed.map(\.id), [ids[1]], "the lane goes on")
        try equal(try await store.cancel(ids[1], at: now), .refused(.inFlight))
        try equal(try await store.cancel(ids[0], at: now), .refused(.cancelled))
        try equal(try await store.cancel(DeliveryID(1), at: now), .notFound)
        try await settle(claimed[0], .dead(.refused))
        try equal(try await store.cancel(ids[1], at: now), .done)
        try equal(try await send(), ids[3])
        try equal(try await store.cancel(ids[3], at: now), .refused(.delivered))
        try await checkCounts()
    }

    func cancelsWhatIsQueuedToADestination() async throws {
        _ = try await queue(3, lane: "l")
        _ = try await queue(2)
        let other = try await queue(to: "erp")
        let flying = try await claim(limit: 1)
        try equal(try await store.cancelQueued(destination: "crm", at: now), 4)
        try equal(try await state(flying[0].id), .inFlight)
        try equal(try await state(other[0]), .queued)
        try equal(try await store.dueTimes().keys.sorted(), ["erp"])
        try await settle(flying[0], .retry(at: now))
        try equal(try await claimIDs(), flying.map(\.id))
        try await checkCounts()
    }

    func replaysDeadLetters() async throws {
        let crm = try await queue(3, lane: "l")
        let erp = try await queue(to: "erp")
        for _ in crm { _ = try await send("crm", .dead(.exhausted)) }
        _ = try await send("erp", .dead(.refused))
        let bodies = [try await store.body(of: crm[0]), try await store.body(of: crm[1])]
        try equal(
            try await store.replayDeadLetters(DeliveryFilter(destination: "erp", deadReason: .exhausted), at: now), 0)
        try equal(
            try await store.replayDeadLetters(DeliveryFilter(states: [.delivered], destination: "crm"), at: now), 3)
        try equal(try await state(erp[0]), .dead)
        try equal(try await store.replayDeadLetters(DeliveryFilter(destination: "crm"), at: now), 0, "once")
        let first = try await claim()
        try equal(first.map(\.id), [crm[0]], "oldest first")
        try equal(first[0].body, try some(bodies[0]))
        try await settle(first[0], .delivered)
        try equal(try await send(), crm[1])
        try equal(try await send(), crm[2])
        try await checkCounts()
    }

    func replaysManyDeadLetters() async throws {
        let event = try await event()
        let count = 1203
        let planned = (0..<count).map { plan(event, to: "crm", lane: $0 % 3 == 0 ? nil : "l\($0 % 7)") }
        try await store.commit([EventProcessingResult(event: event.id, deliveries: planned)], at: now)
        while true {
            let claimed = try await claim(limit: 1000)
            if claimed.isEmpty { break }
            _ = try await store.exchange(claimed.map { settlement($0, .dead(.exhausted)) }, claims: [], at: now)
        }
        try equal(try await store.countDeliveries(DeliveryFilter(states: [.dead])), count)
        try equal(try await store.replayDeadLetters(DeliveryFilter(), at: now), count)
        try equal(try await store.countDeliveries(DeliveryFilter(states: [.queued])), count)
        try equal(try await store.replayDeadLetters(DeliveryFilter(), at: now), 0)
        try await checkCounts()
    }

    func runsAnEventAgainForAStageFailure() async throws {
        let event = try await event()
        let failure = StageDeadLetter(stage: "media", message: "404", delivery: plan(event, to: "pipeline/default"))
        try await store.commit([EventProcessingResult(event: event.id, failures: [failure])], at: now)
        let letter = try some(await everything().first)
        try equal(letter.state, .dead)
        try equal(letter.destination, "pipeline/default")
        try equal(letter.deadReason, .stageFailed)
        try equal(letter.lastError, "media: 404")
        try equal(letter.attemptCount, 0)
        try equal(letter.finishedAt, now)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 10).count, 0)
        try equal(try await claimIDs("pipeline/default"), [], "nothing is sent there")

        try equal(try await store.replayDeadLetters(DeliveryFilter(destination: "pipeline/default"), at: now), 1)
        try equal(try await state(letter.id), .cancelled)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 10).map(\.id), [event.id])
        try await store.commit([EventProcessingResult(event: event.id, failures: [failure])], at: now)
        let second = try some(await everything().last)
        try equal(try await store.retry(second.id, at: now), .done, "one by its id")
        try equal(try await state(second.id), .cancelled)
        try equal(try await store.retry(second.id, at: now), .refused(.cancelled))
        try await store.commit([EventProcessingResult(event: event.id, deliveries: [plan(event, to: "crm")])], at: now)
        try equal(try await claimIDs().count, 1)
        try await checkCounts()
    }

    /// A replayed stage failure runs its event through all pipelines again. Deliveries that an earlier run queued are
    /// recognized by event and destination; when an event was split into several, the first ones are the existing ones.
    func queuesOnlyWhatAnEarlierRunHasNot() async throws {
        let event = try await event()
        func result(crm: Int, team: Int = 0, failures: [StageDeadLetter] = []) -> EventProcessingResult {
            let deliveries =
                (0..<crm).map { _ in plan(event, to: "crm") } + (0..<team).map { _ in plan(event, to: "team") }
            return EventProcessingResult(event: event.id, deliveries: deliveries, failures: failures)
        }
        func ids(_ destination: DestinationKey) async throws -> [DeliveryID] {
            try await everything().filter { $0.destination == destination }.map(\.id).sorted()
        }
        let failure = StageDeadLetter(stage: "filter", message: "no", delivery: plan(event, to: "pipeline/default"))
        try await store.commit([result(crm: 2, failures: [failure])], at: now)
        let queued = try await ids("crm")
        try equal(queued.count, 2)

        try equal(try await store.replayDeadLetters(DeliveryFilter(destination: "pipeline/default"), at: now), 1)
        try await store.commit([result(crm: 3, team: 1)], at: now)
        try equal(Array(try await ids("crm").prefix(2)), queued)
        try equal(try await ids("crm").count, 3)
        try equal(try await ids("team").count, 1)
        try await checkCounts()
    }

    func purgesDeadLetters() async throws {
        let ids = try await queue(3)
        for claimed in try await claim(limit: 2) { try await settle(claimed, .dead(.refused)) }
        try equal(try await store.purgeDeadLetters(DeliveryFilter(session: "other")), 0)
        try equal(try await store.purgeDeadLetters(DeliveryFilter(states: [.queued], session: "acct")), 2)
        try equal(try await everything().map(\.id), [ids[2]])
        try expect(try await store.body(of: ids[0]) == nil, "the body goes")
        try equal(try await store.attempts(of: ids[0]).count, 0, "attempts go")
        try await checkCounts()
    }

    func queuesSingly() async throws {
        let ahead = try await queue(1, lane: "l")
        let event = try await event()
        let planned = plan(event, to: "crm", lane: "l")
        let id = try await store.enqueue(planned, event: event.id, at: now)
        try equal(try await store.body(of: id), planned.body(for: id))
        try equal(try await due(id), nil, "behind the other")
        try equal(try await send(), ahead[0])
        try equal(try await send(), id)
    }

    func filtersAndPages() async throws {
        let start = now
        var ids: [DeliveryID] = []
        for index in 0..<12 {
            let session = index % 2 == 0 ? "a" : "b"
            ids += try await queue(to: index % 3 == 0 ? "crm" : "erp", session: session, chat: "c\(index % 4)@s")
            clock.advance(by: .seconds(1))
        }
        let event = try await event(session: "a", chat: nil, type: .sessionConnected)
        ids.append(try await store.enqueue(plan(event, to: "crm"), event: event.id, at: now))
        _ = try await send("erp", .delivered)
        _ = try await send("erp", .dead(.expired))

        func matches(_ filter: DeliveryFilter, _ expected: [Int]) async throws {
            let found = try await store.deliveries(filter, before: nil, offset: 0, limit: 100)
            try equal(found.map(\.id), expected.reversed().map { ids[$0] }, "\(filter)")
            try equal(try await store.countDeliveries(filter), expected.count, "\(filter)")
        }
        try await matches(DeliveryFilter(), Array(0...12))
        try await matches(DeliveryFilter(states: [.delivered]), [1])
        try await matches(DeliveryFilter(states: [.delivered, .dead]), [1, 2])
        try await matches(DeliveryFilter(states: [.dead], deadReason: .expired), [2])
        try await matches(DeliveryFilter(states: [.queued], destination: "erp"), [4, 5, 7, 8, 10, 11])
        try await matches(DeliveryFilter(deadReason: .exhausted), [])
        try await matches(DeliveryFilter(destination: "crm"), [0, 3, 6, 9, 12])
        try await matches(DeliveryFilter(destination: "crm", session: "b"), [3, 9])
        try await matches(DeliveryFilter(chat: "c1@s"), [1, 5, 9])
        try await matches(DeliveryFilter(type: .sessionConnected), [12])
        try await matches(DeliveryFilter(event: event.id), [12])
        try await matches(DeliveryFilter(since: start + .seconds(10)), [10, 11, 12])
        try await matches(DeliveryFilter(since: start + .seconds(3), until: start + .seconds(5)), [3, 4])

        let page = try await store.deliveries(DeliveryFilter(), before: ids[10], offset: 0, limit: 3)
        try equal(page.map(\.id), [ids[9], ids[8], ids[7]])
        let offset = try await store.deliveries(DeliveryFilter(destination: "crm"), before: nil, offset: 1, limit: 2)
        try equal(offset.map(\.id), [ids[9], ids[6]])
    }

    func figuresAgree() async throws {
        try equal(try await store.destinationCounts().count, 0)
        let start = now
        _ = try await queue(to: "erp")
        clock.advance(by: .seconds(5))
        _ = try await queue(3, to: "crm", lane: "l")
        clock.advance(by: .seconds(5))
        _ = try await queue(2, to: "crm")
        _ = try await claim("erp")
        var figures = try await store.destinationCounts()
        try equal(figures.map(\.destination), ["crm", "erp"])
        try equal(figures[0].counts, [.queued: 5])
        try equal(figures[0].oldestQueuedAt, start + .seconds(5))
        try equal(figures[1].counts, [.inFlight: 1])
        try equal(figures[1].oldestQueuedAt, nil)
        let flying = try await claim()
        try equal(flying.count, 3)
        figures = try await store.destinationCounts()
        try equal(figures[0].counts, [.queued: 2, .inFlight: 3])
        try equal(figures[0].oldestQueuedAt, start + .seconds(5), "behind one that is in flight")
        for delivery in flying { try await settle(delivery, .delivered) }
        try equal(try await store.destinationCounts()[0].counts, [.queued: 2, .delivered: 3])
        try await checkCounts()
    }

    func keepsPauses() async throws {
        let pause = DestinationPause(destination: "crm", reason: .manual, since: now)
        try await store.pause(pause)
        clock.advance(by: .seconds(1))
        try await store.pause(DestinationPause(destination: "crm", reason: .gone, since: now))
        try await store.pause(DestinationPause(destination: "erp", reason: .manual, since: now))
        let run = try await reopened()
        let pauses = try await run.store.pauses().sorted { $0.destination < $1.destination }
        try equal(pauses.map(\.destination), ["crm", "erp"])
        try equal(pauses.map(\.reason), [.gone, .manual])
        try equal(pauses[0].since, now)
        try equal(try await run.store.resume(destination: "crm", at: now), true)
        try equal(try await run.store.resume(destination: "crm", at: now), false)
        try equal(try await run.store.pauses().map(\.destination), ["erp"])
        try await conformance.discard(run.store)
    }
}
