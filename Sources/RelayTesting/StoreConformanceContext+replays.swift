internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private var hour: Duration { .seconds(3600) }

    private func replay(
        _ selection: ReplaySelection, rate: RateLimit = RateLimit(count: 50, per: .seconds(1))
    ) async throws -> Replay {
        let estimate = try await store.estimate(selection, at: now)
        return try await store.createReplay(selection, rate: rate, estimate: estimate)
    }

    private func advance(_ id: ReplayID, limit: Int = 100) async throws -> ReplayStepResult {
        try some(await store.advanceReplay(id, limit: limit, at: now))
    }

    /// Runs events through pipelines as the pipelines' service does: each of them brings one delivery.
    private func run(_ limit: Int = 100, to destination: DestinationKey = "crm") async throws -> [Event] {
        let events = try await store.pendingEvents(after: EventID(0), limit: limit)
        let results = events.map { event in
            EventProcessingResult(
                event: event.id, run: event.rerun?.number ?? 0, deliveries: [plan(event, to: destination)])
        }
        try await store.commit(results, at: now)
        return events
    }

    /// Only deliveries that were finished when the replay was created are sent again, in their old order and under
    /// their old ids.
    func sendsFinishedDeliveriesAgain() async throws {
        let lane = try await queue(4, lane: "l")
        let other = try await queue(2, to: "erp")
        for next in [AttemptSettlement.Next.delivered, .dead(.exhausted), .delivered] {
            _ = try await send("crm", next)
        }
        _ = try await send("erp", .delivered)
        clock.advance(by: .seconds(1))
        let body = try await store.body(of: lane[0])

        let replay = try await replay(ReplaySelection(from: .deliver))
        try equal(replay.selected, 4)
        clock.advance(by: .seconds(1))
        _ = try await send("crm", .delivered)
        let first = try await advance(replay.id, limit: 2)
        try equal(first.taken, 2)
        try equal(first.replay.state, .running)
        try equal([first.replay.done, first.replay.remaining, first.replay.queued], [2, 2, 2])
        let second = try await advance(replay.id)
        try equal(second.replay.state, .finished)
        try equal([second.replay.done, second.replay.skipped, second.replay.remaining], [4, 0, 0])
        try expect(try await store.advanceReplay(replay.id, limit: 1, at: now) == nil, "it is over")
        try equal(try await state(lane[3]), .delivered, "it was on its way when the replay was made")
        try equal(try await state(other[1]), .queued)

        let claimed = try await claim()
        try equal(claimed.map(\.id), [lane[0]], "in the lane's order")
        try equal(claimed[0].attempt, 2)
        try equal(claimed[0].attemptInSeries, 1)
        try equal(claimed[0].body, try some(body))
        try await settle(claimed[0], .delivered)
        for id in lane[1...2] { try equal(try await send(), id) }
        try await checkCounts()
    }

    /// What became of a delivery between the making of the replay and its turn decides.
    func skipsWhatIsQueuedAgain() async throws {
        let ids = try await queue(3)
        for id in ids { try equal(try await send("crm", .dead(.refused)), id) }
        let replay = try await replay(ReplaySelection(from: .deliver, states: [.dead]))
        try equal(try await store.retry(ids[0], at: now), .done)
        try equal(try await store.cancel(ids[2], at: now), .done)
        let step = try await advance(replay.id)
        try equal(step.replay.state, .finished)
        try equal([step.replay.done, step.replay.skipped], [1, 2])
        try equal(Set(try await claimIDs()), [ids[0], ids[1]])
        try await checkCounts()
    }

    /// Each selected event runs once more and makes deliveries of its own, also after a crash in the middle.
    func runsEventsAgain() async throws {
        for _ in 0..<5 { _ = try await event() }
        let events = try await run()
        try equal(events.map(\.rerun), Array(repeating: nil, count: 5))
        let selection = ReplaySelection(from: .start, pipeline: "default", destinations: ["crm", "erp"])
        let replay = try await replay(selection)
        try equal(replay.selected, 5)
        let late = try await event()
        let step = try await advance(replay.id, limit: 3)
        try equal(step.events, events.prefix(3).map(\.id))
        try equal(step.replay.running, 3)
        try equal(step.replay.done, 0)

        let after = try await reopened()
        let open = try some(try await after.store.nextReplay())
        try equal([open.id.rawValue, Int64(open.running)], [replay.id.rawValue, 3])
        let again = try await after.run()
        try equal(again.map(\.id), step.events + [late.id])
        try equal(
            again.map(\.rerun),
            Array(repeating: EventRerun(number: 1, pipeline: "default", destinations: ["crm", "erp"]), count: 3) + [nil]
        )
        // The same commit once more, as after a lost response.
        let twice = again.map { EventProcessingResult(event: $0.id, run: 1, deliveries: [plan($0, to: "crm")]) }
        try await after.store.commit(twice, at: now)
        let rest = try await after.advance(replay.id)
        try equal(rest.events, events.suffix(2).map(\.id))
        try equal(rest.replay.state, .running)
        _ = try await after.run()
        let end = try await after.advance(replay.id)
        try equal(end.replay.state, .finished)
        try equal([end.replay.done, end.replay.deliveries, end.replay.running], [5, 5, 0])
        try equal(rest.replay.queued, 3)
        var counts: [EventID: Int] = [:]
        for record in try await after.everything() { counts[record.event, default: 0] += 1 }
        try equal(counts, Dictionary(uniqueKeysWithValues: events.map { ($0.id, 2) } + [(late.id, 1)]))
        try expect(try await after.store.nextReplay() == nil, "nothing is left")
        try await after.checkCounts()
        try await conformance.discard(after.store)
    }

    /// The result of a run whose replay was cancelled meanwhile is ignored, also by a later replay.
    func passesOverAnotherRunsResult() async throws {
        let event = try await event()
        _ = try await run()
        let first = try await replay(ReplaySelection(from: .start))
        _ = try await advance(first.id)
        let old = try some(try await store.pendingEvents(after: EventID(0), limit: 1).first)
        guard case .done(let cancelled) = try await store.cancelReplay(first.id, at: now) else {
            throw StoreConformanceError(description: "a running replay was not cancelled")
        }
        try equal([cancelled.running, cancelled.remaining], [0, 1])
        try equal(try await store.pendingEvents(after: EventID(0), limit: 1).count, 0)
        let late = EventProcessingResult(event: event.id, run: old.rerun?.number, deliveries: [plan(event, to: "crm")])
        try await store.commit([late], at: now)
        let second = try await replay(ReplaySelection(from: .start))
        _ = try await advance(second.id)
        try await store.commit([late], at: now)
        try equal(try await everything().count, 1)
        try equal(try await run().compactMap { $0.rerun?.number }, [2])
        try equal(try await everything().count, 2)
        try equal(try await advance(second.id).replay.state, .finished)
        guard case .refused(.finished) = try await store.cancelReplay(second.id, at: now),
            case .refused(.cancelled) = try await store.cancelReplay(first.id, at: now),
            case .notFound = try await store.cancelReplay(ReplayID(1), at: now)
        else { throw StoreConformanceError(description: "what is over was cancelled") }
    }

    /// An old event contains old names: newer ones are kept. Nothing is duplicated.
    func keepsTheHistoryThroughAReplay() async throws {
        let event = try await event()
        func contact(_ name: String?, push: String?) -> HistoryChange {
            .contact(Contact(session: "acct", id: "a@s", name: name, pushName: push, updatedAt: now))
        }
        func message(_ text: String) -> HistoryChange {
            .message(
                Message(
                    session: "acct", chat: "a@s", id: "M", isOutbound: false, sender: "a@s", type: "text",
                    content: .string(text), status: .delivered, timestamp: now, event: event.id))
        }
        func group(_ name: String) -> HistoryChange {
            .group(Group(session: "acct", id: "g@g.us", name: name, updatedAt: now))
        }
        let connected = HistoryChange.session(
            SessionChange(session: "acct", change: .connected(phoneNumber: "1"), at: now))
        try await store.commit(
            [
                EventProcessingResult(
                    event: event.id, records: [connected, contact(nil, push: "old"), group("old"), message("x")])
            ],
            at: now)
        let next = try await self.event()
        let gone = HistoryChange.session(SessionChange(session: "acct", change: .disconnected(reason: "x"), at: now))
        try await store.commit(
            [EventProcessingResult(event: next.id, records: [gone, contact(nil, push: "new"), group("new")])], at: now)

        let replay = try await replay(ReplaySelection(from: .start, events: [event.id]))
        _ = try await advance(replay.id)
        let again = EventProcessingResult(
            event: event.id, run: 1,
            records: [
                connected, contact("saved", push: "old"), group("old"), message("y"),
                .pictureChanged(DirectoryEntryKey(session: "acct", id: "a@s")),
            ])
        try await store.commit([again], at: now)
        let found = try some(try await store.contacts([DirectoryEntryKey(session: "acct", id: "a@s")]).first)
        try equal(found.pushName, "new")
        try equal(found.name, "saved", "what was missing is added")
        try equal(try await store.groups([DirectoryEntryKey(session: "acct", id: "g@g.us")]).first?.name, "new")
        try equal(try await store.session("acct")?.status, .disconnected)
        let messages = try await store.messages(HistoryMessageQuery(session: "acct"), offset: 0, limit: 10)
        try equal(messages.map(\.content), ["x"])
        try equal(
            try await store.chats(session: "acct", search: nil, offset: 0, limit: 10).chats.map(\.messageCount), [1])
    }

    /// A stage failure is resolved when its event has run again; a failure in a replay is recorded for that run.
    func replacesFailuresOfStagesInAReplay() async throws {
        let event = try await event()
        func result(run: Int, _ destinations: [DestinationKey], fails: Bool = false) -> EventProcessingResult {
            let letter = StageDeadLetter(stage: "s", message: "m", delivery: plan(event, to: "pipeline/default"))
            return EventProcessingResult(
                event: event.id, run: run, deliveries: destinations.map { plan(event, to: $0) },
                failures: fails ? [letter] : [])
        }
        func letters() async throws -> Int {
            try await store.countDeliveries(DeliveryFilter(states: [.dead], destination: "pipeline/default"))
        }
        let all = DeliveryFilter(destination: "pipeline/default")
        try await store.commit([result(run: 0, ["crm"], fails: true)], at: now)
        let first = try await replay(ReplaySelection(from: .start))
        _ = try await advance(first.id)
        try equal(try await store.replayDeadLetters(all, at: now), 0, "the replay has the event")
        try await store.commit([result(run: 1, ["crm", "erp"])], at: now)
        try equal(try await letters(), 0)
        try equal(try await advance(first.id).replay.failures, 0)

        let second = try await replay(ReplaySelection(from: .start))
        _ = try await advance(second.id)
        try await store.commit([result(run: 2, ["crm"], fails: true)], at: now)
        try equal(try await advance(second.id).replay.failures, 1)
        try equal(try await store.replayDeadLetters(all, at: now), 1)
        try await store.commit([result(run: 3, ["crm", "erp"])], at: now)
        var counts: [DestinationKey: Int] = [:]
        for record in try await everything() { counts[record.destination, default: 0] += 1 }
        try equal(counts["crm"], 3)
        try equal(counts["erp"], 2, "the second replay's run had not come to it")
        try await checkCounts()
    }

    func surveysSelections() async throws {
        let start = now
        var events: [Event] = []
        for index in 0..<8 {
            let chat = "c\(index % 2)@s"
            events.append(try await event(session: index < 4 ? "a" : "b", chat: chat))
            clock.advance(by: .seconds(60))
        }
        for event in events {
            let destination: DestinationKey = event.session == "a" ? "crm" : "erp"
            try await store.commit(
                [EventProcessingResult(event: event.id, deliveries: [plan(event, to: destination)])], at: now)
        }
        _ = try await send("crm", .delivered)
        _ = try await send("crm", .dead(.refused))
        _ = try await send("erp", .delivered)

        func count(_ selection: ReplaySelection) async throws -> Int {
            try await store.estimate(selection, at: now).count
        }
        try equal(try await count(ReplaySelection(from: .start)), 8)
        try equal(try await count(ReplaySelection(from: .start, since: start + .seconds(60))), 7)
        try equal(
            try await count(ReplaySelection(from: .start, since: start + .seconds(60), until: start + .seconds(120))), 1
        )
        try equal(try await count(ReplaySelection(from: .start, session: "a")), 4)
        try equal(try await count(ReplaySelection(from: .start, session: "a", chat: "c1@s")), 2)
        try equal(try await count(ReplaySelection(from: .start, type: .messageSent)), 0)
        try equal(try await count(ReplaySelection(from: .start, source: "test")), 8)
        try equal(try await count(ReplaySelection(from: .start, source: "other")), 0)
        try equal(try await count(ReplaySelection(from: .start, events: [events[2].id, events[5].id])), 2)
        let estimate = try await store.estimate(ReplaySelection(from: .start), at: now)
        try equal(estimate.sources, ["test": 8])
        try equal(estimate.oldestEvent, start)
        try equal(estimate.last, events[7].id.rawValue)
        let sample = try await store.sampleEvents(ReplaySelection(from: .start), limit: 3)
        try equal(sample.map(\.id), [events[0], events[3], events[6]].map(\.id), "spread over all of them")
        try equal(try await store.sampleEvents(ReplaySelection(from: .start), limit: 50).count, 8)

        let sent = try await store.estimate(ReplaySelection(from: .deliver), at: now)
        try equal(
            sent.shares,
            [
                .init(destination: "crm", state: .delivered, count: 1),
                .init(destination: "crm", state: .dead, count: 1),
                .init(destination: "erp", state: .delivered, count: 1),
            ])
        try equal(try await count(ReplaySelection(from: .deliver, destinations: ["crm"])), 2)
        try equal(try await count(ReplaySelection(from: .deliver, states: [.dead])), 1)
        try equal(try await count(ReplaySelection(from: .deliver, source: "other")), 0)
        try equal(try await count(ReplaySelection(from: .deliver, pipeline: "other")), 0)
        try equal(try await count(ReplaySelection(from: .deliver, events: [events[0].id])), 1)
        let first = try await store.sampleDeliveries(ReplaySelection(from: .deliver), limit: 2, at: now)
        try equal(first.map(\.event), [events[0].id, events[1].id])
    }

    func keepsReplays() async throws {
        var selection = ReplaySelection(from: .deliver, since: now - hour, until: now, session: "s", chat: "c@s")
        selection.type = .messageSent
        selection.source = "src"
        selection.pipeline = "p"
        selection.events = [EventID(7), EventID(8)]
        selection.destinations = ["crm", "wh_1"]
        selection.states = [.dead, .cancelled]
        let first = try await replay(selection, rate: RateLimit(count: 600, per: .seconds(60)))
        clock.advance(by: .seconds(1))
        let second = try await replay(ReplaySelection(from: .start))
        let after = try await reopened()
        let kept = try some(try await after.store.replay(first.id))
        try equal(kept.selection, selection)
        try equal(kept.rate, RateLimit(count: 600, per: .seconds(60)))
        try equal([kept.selected, kept.done, kept.remaining], [0, 0, 0])
        try equal(kept.state, .waiting)
        try equal(try await after.store.replays(before: nil, limit: 10).map(\.id), [second.id, first.id])
        try equal(try await after.store.replays(before: second.id, limit: 10).map(\.id), [first.id])
        try equal(try await after.store.nextReplay()?.id, first.id, "the first comes first")
        let empty = try await after.advance(first.id)
        try equal(empty.replay.state, .finished)
        try equal(empty.replay.finishedAt, now)
        try equal(try await after.store.nextReplay()?.id, second.id)
        try await conformance.discard(after.store)
    }

    func skipsDeletedWebhooksInAReplay() async throws {
        for (id, session) in [("wh_1", "a"), ("wh_2", "b"), ("wh_3", "c")] {
            try await makeWebhook(id, session: session)
        }
        var ids: [DeliveryID] = []
        for destination in ["wh_1", "wh_2", "wh_3", "crm"] as [DestinationKey] {
            ids += try await queue(2, to: destination)
            for _ in 0..<2 { _ = try await send(destination, .delivered) }
        }
        try equal(try await store.deleteWebhook("wh_1", of: "a", at: now), true)
        let selection = ReplaySelection(from: .deliver)
        let estimate = try await store.estimate(selection, at: now)
        try equal(estimate.deletedWebhooks, ["wh_1": 2])
        try equal(estimate.shares.map(\.destination), ["crm", "wh_2", "wh_3"])
        try equal(estimate.count, 8)
        let sample = try await store.sampleDeliveries(selection, limit: 9, at: now)
        try equal(sample.map(\.id), Array(ids.dropFirst(2)))

        let replay = try await replay(selection)
        try equal(try await store.deleteSession("b", at: now), ["wh_2"])
        while let step = try await store.advanceReplay(replay.id, limit: 3, at: now), !step.replay.isOver {}
        let end = try some(await store.replay(replay.id))
        try equal([end.selected, end.done, end.skipped, end.remaining], [8, 4, 4, 0])
        for id in ids.prefix(4) { try equal(try await state(id), .delivered) }
        for id in ids.dropFirst(4) { try equal(try await state(id), .queued) }
        try await checkCounts()
    }
}
