import RelayCore
import RelayDelivery
import RelayTesting
import Synchronization
import Testing

struct DispatcherBatchTests {
    private let clock = ManualClock()
    private static let never = BreakerPolicy(failures: 1000)

    private func settings(
        _ batch: BatchPolicy,
        maxInFlight: Int = 16,
        rateLimit: RateLimit? = nil,
        retry: RetryPolicy = RetryPolicy()
    ) -> DestinationDispatchSettings {
        DestinationDispatchSettings(maxInFlight: maxInFlight, rateLimit: rateLimit, retry: retry, batch: batch)
    }

    @Test func aFullBatchGoesAtOnceAndTheRestWhenItHasWaited() async throws {
        let crm = BatchDestination(settings(BatchPolicy(maxEvents: 4, maxWait: .seconds(2))), clock: clock)
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a", "b", "c", "d", "e"])
            try await fixture.settle("the full one") { try await fixture.count(.delivered) == 4 }
            #expect(crm.sent.map(\.ids) == [Array(ids.prefix(4))])
            #expect(try await fixture.count(.queued) == 1)
            try await fixture.turn("the rest") { try await fixture.count(.delivered) == 5 }
            #expect(crm.sent.map { $0.at - start } == [.zero, .seconds(2)])
        }
    }

    /// Later deliveries of a busy lane also fill a batch.
    @Test func oneChatFillsABatch() async throws {
        let crm = BatchDestination(settings(BatchPolicy(maxEvents: 10, maxWait: .seconds(3600))), clock: clock)
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            var ids: [DeliveryID] = []
            for _ in 0..<20 { ids += try await fixture.queue(to: "crm", chats: ["a"]) }
            try await fixture.settle("both batches") { try await fixture.count(.delivered) == 20 }
            #expect(crm.sent.flatMap(\.ids) == ids)
            #expect(crm.sent.map(\.ids.count) == [10, 10])
        }
    }

    @Test func maxInFlightAndTheRateLimitCountRequests() async throws {
        let semaphore = AsyncSemaphore(1)
        _ = await semaphore.wait()
        let policy = settings(
            BatchPolicy(maxEvents: 5, maxWait: .seconds(1)), maxInFlight: 2,
            rateLimit: RateLimit(count: 100, per: .seconds(1)))
        let crm = BatchDestination(policy, clock: clock) { _ in
            _ = await semaphore.wait()
            semaphore.signal()
            return answer(200)
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (0..<40).map { "chat\($0)" })
            try await fixture.settle("two under way") { fixture.dispatcher.inFlight == 2 }
            #expect(try await fixture.count(.inFlight) == 10)
            #expect(fixture.dispatcher.standing(of: "crm")?.inFlight == 2)
            semaphore.signal()
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 40 }
            #expect(crm.sent.count == 8)
        }
    }

    /// The order per chat, one request at a time for each chat, and the same batch on every retry are kept through
    /// failures of all kinds.
    @Test func chatsKeepTheirOrderInBatchesThroughFailures() async throws {
        let count = Mutex(0)
        let retry = RetryPolicy(maxAttempts: 100, initialInterval: .seconds(1), maxInterval: .seconds(4))
        let policy = settings(BatchPolicy(maxEvents: 7, maxWait: .seconds(1)), retry: retry)
        let crm = BatchDestination(policy, clock: clock) { batch in
            let number = count.withLock { count in
                count += 1
                return count
            }
            await Task.yield()
            switch number % 6 {
            case 1: return answer(503)
            case 2: return batch.count > 2 ? answer(413) : answer(200)
            case 3: return batch.count > 1 ? answer(422) : failure(.reset)
            default: return answer(200)
            }
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock, breaker: Self.never)
        try await fixture.run {
            let chats = (0..<120).map { "chat\($0 % 5)" }
            let ids = try await fixture.queue(to: "crm", chats: chats)
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 120 }
            let delivered = crm.sent.filter(\.isDelivered).flatMap(\.ids)
            for chat in Set(chats) {
                let mine = zip(ids, chats).filter { $0.1 == chat }.map(\.0)
                #expect(delivered.filter { mine.contains($0) } == mine)
            }
            #expect(crm.overlaps == 0)
            #expect(crm.sent.allSatisfy { $0.ids.count <= 7 && $0.ids == $0.ids.sorted() })
            #expect(try await fixture.count(.dead) == 0)
        }
    }

    @Test func onlyThePoisonBecomesADeadLetter() async throws {
        let poison = Mutex<DeliveryID?>(nil)
        let retry = RetryPolicy(maxAttempts: 3, retryOn: RetryPolicy.transient)
        let crm = BatchDestination(settings(BatchPolicy(maxEvents: 8), retry: retry), clock: clock) { batch in
            answer(batch.contains { $0.id == poison.withLock { $0 } } ? 422 : 200)
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        fixture.dispatcher.pause(DestinationPause(destination: "crm", reason: .manual, since: clock.now))
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a", "b", "a", "c", "b", "a", "d", "c"])
            poison.withLock { $0 = ids[2] }
            fixture.dispatcher.resume("crm")
            try await fixture.settle("all but one") { try await fixture.count(.delivered) == 7 }
            #expect(try await fixture.store.delivery(ids[2])?.state == .dead)
            #expect(try await fixture.store.delivery(ids[2])?.deadReason == .refused)
            #expect(try await fixture.store.attempts(of: ids[2]).map(\.result.status) == [422, 422])
            #expect(try await fixture.store.attempts(of: ids[0]).map(\.result.status) == [422, 200])
            #expect(clock.now == start, "nothing to wait for")
            #expect(crm.sent.count == 9)
        }
    }

    /// With stage-07's policy, and a receiver that answers 500 because of one event, as many do.
    @Test func aCrashOverOneEventKillsThatOneAlone() async throws {
        let poison = Mutex<DeliveryID?>(nil)
        let crm = BatchDestination(settings(BatchPolicy(maxEvents: 4)), clock: clock) { batch in
            answer(batch.contains { $0.id == poison.withLock { $0 } } ? 500 : 200)
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock, breaker: Self.never)
        fixture.dispatcher.pause(DestinationPause(destination: "crm", reason: .manual, since: clock.now))
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a", "b", "c", "d"])
            poison.withLock { $0 = ids[1] }
            fixture.dispatcher.resume("crm")
            try await fixture.turn("three delivered") { try await fixture.count(.delivered) == 3 }
            try await fixture.turn("one dead") { try await fixture.count(.dead) == 1 }
            #expect(try await fixture.store.delivery(ids[1])?.deadReason == .exhausted)
            for id in ids { #expect(try await fixture.store.attempts(of: id).count == 3) }
            #expect(crm.sent.prefix(2).map(\.ids) == [ids, ids], "twice as it was")
        }
    }

    @Test func whatIsTooLargeArrivesInSmallerBatches() async throws {
        let retry = RetryPolicy(maxAttempts: 6, retryOn: RetryPolicy.transient)
        let crm = BatchDestination(settings(BatchPolicy(maxEvents: 16), retry: retry), clock: clock) { batch in
            answer(batch.count > 4 ? 413 : 200)
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: (0..<16).map { "chat\($0)" })
            try await fixture.settle("all delivered") { try await fixture.count(.delivered) == 16 }
            #expect(crm.sent.map(\.ids.count).sorted() == [4, 4, 4, 4, 8, 8, 16])
            #expect(try await fixture.store.attempts(of: ids[0]).map(\.result.status) == [413, 413, 200])
        }
    }

    @Test func queuedDeliveriesFollowTheNewSettings() async throws {
        let single = ScriptedDestination(clock: clock)
        let crm = BatchDestination(settings(BatchPolicy(maxEvents: 4)), clock: clock) { _ in answer(503) }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock, breaker: Self.never)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a", "a", "b", "c"])
            try await fixture.settle("a failure") { crm.sent.count == 1 && fixture.dispatcher.inFlight == 0 }
            fixture.destinations["crm"] = single
            fixture.dispatcher.destinationsChanged()
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 4 }
            #expect(single.sent.count == 4)
            #expect(single.delivered.filter { $0 == ids[0] || $0 == ids[1] } == Array(ids.prefix(2)))
        }
    }
}
