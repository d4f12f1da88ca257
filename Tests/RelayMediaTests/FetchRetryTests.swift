import RelayCore
import RelayTesting
import Synchronization
import Testing

@testable import RelayMedia

/// When a fetch is tried again, when it is given up, and who shares it.
@Suite struct FetchRetryTests {
    private let sealed = MediaSealer.seal(bytes(5000))

    private var reference: RawMedia { sealed.reference(directPath: "/x.enc") }

    // MARK: The schedule

    @Test(
        arguments: [
            .status(408), .status(425), .status(429), .status(500), .status(503), .failure(.unavailable),
            .failure(.timeout),
            .cutOff(bytes(2500)),
        ] as [ScriptedTransport.Answer])
    func whatMayPassIsTriedAgainAfterLongerAndLongerWaits(_ answer: ScriptedTransport.Answer) async throws {
        let clock = SkippingClock()
        let trial = try await FetchTrial(clock: clock)
        trial.transport.script([answer, answer, answer, answer, .file(sealed.encrypted)])
        #expect(try await trial.fetch(reference, limits: MediaLimits(attempts: 5)) == sealed.media)
        #expect(clock.waits == [1, 2, 4, 8].map { Duration.seconds($0) })
        #expect(trial.drafts.isEmpty)
    }

    @Test func afterTheLastAttemptTheFailureStands() async throws {
        let clock = SkippingClock()
        let trial = try await FetchTrial(clock: clock)
        trial.transport.script([.status(503), .status(503), .failure(.timeout), .file(sealed.encrypted)])
        let failure = await trial.failure(reference)
        #expect(failure?.reason == .timeout)
        #expect(failure?.isRetryable == true)
        #expect(clock.waits == [.seconds(1), .seconds(2)])
        #expect(trial.transport.requests.count == 3)
        #expect(trial.drafts.isEmpty)
    }

    @Test func aPlaceThatIsOutIsNotAskedAgainWhileAnotherIs() async throws {
        let trial = try await FetchTrial(options: .init(baseURL: "http://gw"))
        var reference = reference
        reference.locations.insert(.gateway(url: "a"), at: 0)
        trial.transport.script([.status(404), .status(500), .status(500), .file(sealed.encrypted)])
        #expect(try await trial.fetch(reference) == sealed.media)
        let whatsApp = "https://mmg.whatsapp.net/x.enc"
        #expect(trial.transport.urls == ["http://gw/a", whatsApp, whatsApp, whatsApp])
    }

    @Test func aWaitBeyondTheTimeLimitIsNotBegun() async throws {
        let clock = SkippingClock(skippingUnder: .seconds(9))
        let trial = try await FetchTrial(clock: clock)
        for _ in 0..<9 { trial.transport.script([.status(500)]) }
        let failure = await trial.failure(reference, limits: MediaLimits(attempts: 9, timeout: .seconds(10)))
        #expect(failure?.reason == .unavailable, "what the server said, not that time is over")
        #expect(clock.waits == [1, 2, 4].map { Duration.seconds($0) })
    }

    // MARK: Time limits

    @Test func aServerThatHangsIsTriedAgain() async throws {
        let clock = SkippingClock()
        let trial = try await FetchTrial(clock: clock)
        trial.transport.script([.hang, .file(sealed.encrypted)])
        async let fetched = trial.fetch(reference)
        await trial.transport.arrivals(1)
        // The whole limit, and the one for the head of the answer.
        await clock.manual.untilSleeping(2)
        clock.manual.advance(by: Downloader.patience)
        #expect(try await fetched == sealed.media)
        #expect(trial.transport.cancelled == 1)
    }

    @Test func theTimeLimitEndsEverything() async throws {
        let clock = ManualClock()
        let trial = try await FetchTrial(clock: clock)
        trial.transport.script([.hang])
        async let failure = trial.failure(reference, limits: MediaLimits(timeout: .seconds(5)))
        await trial.transport.arrivals(1)
        await clock.untilSleeping(2)
        clock.advance(by: .seconds(5))
        #expect(await failure?.reason == .timeout)
        #expect(trial.transport.cancelled == 1)
        #expect(trial.drafts.isEmpty)
    }

    @Test func waitingForASlotCountsAsWell() async throws {
        let clock = ManualClock()
        let trial = try await FetchTrial(clock: clock, downloads: 1)
        trial.transport.script([.hang])
        async let first = trial.failure(reference)
        await trial.transport.arrivals(1)
        async let second = trial.failure(
            sealed.reference(directPath: "/other"), limits: MediaLimits(timeout: .seconds(5)))
        await clock.untilSleeping(3)
        clock.advance(by: .seconds(5))
        #expect(await second?.reason == .timeout)
        clock.advance(by: .seconds(120))
        #expect(await first?.reason == .timeout)
        #expect(trial.transport.requests.count == 1)
    }

    // MARK: Sharing

    private func waitForWaiters(_ count: Int, _ trial: FetchTrial) async throws {
        try await eventually("\(count) wait") { trial.service.waiting >= count }
    }

    @Test func theSameFileIsFetchedOnceForAllWhoWait() async throws {
        let trial = try await FetchTrial()
        trial.transport.hold()
        trial.transport.script([.file(sealed.encrypted)])
        try await withThrowingTaskGroup(of: StoredMedia.self) { group in
            for index in 0..<10 {
                var reference = reference
                reference.fileName = "\(index).jpg"
                group.addTask { [reference] in try await trial.fetch(reference) }
            }
            try await waitForWaiters(10, trial)
            await trial.transport.arrivals(1)
            trial.transport.release()
            for try await media in group { #expect(media == sealed.media) }
        }
        #expect(trial.transport.requests.count == 1)
    }

    @Test func anotherKeyIsAnotherFetch() async throws {
        let trial = try await FetchTrial()
        trial.transport.hold()
        var other = reference
        other.locations = [.whatsApp(url: nil, directPath: "/x.enc", key: bytes(32, seed: 8))]
        trial.transport.serve(.file(sealed.encrypted), at: "https://mmg.whatsapp.net/x.enc")
        async let right = trial.fetch(reference)
        async let wrong = trial.failure(other, limits: MediaLimits(attempts: 1))
        await trial.transport.arrivals(2)
        trial.transport.release()
        #expect(try await right == sealed.media)
        #expect(await wrong?.reason == .macMismatch)
    }

    @Test func oneWhoGivesUpDoesNotEndItForTheOthers() async throws {
        let trial = try await FetchTrial()
        trial.transport.hold()
        trial.transport.script([.file(sealed.encrypted)])
        let impatient = Task { await trial.failure(reference) }
        await trial.transport.arrivals(1)
        async let patient = trial.fetch(reference)
        try await waitForWaiters(2, trial)
        impatient.cancel()
        #expect(await impatient.value?.reason == .unavailable)
        trial.transport.release()
        #expect(try await patient == sealed.media)
        #expect(trial.transport.requests.count == 1)
    }

    @Test func itEndsSoonAfterNobodyWaitsAnyMore() async throws {
        let clock = ManualClock()
        let flights = SharedDownloads<String>(clock: clock, linger: .seconds(10))
        let (ended, ends) = AsyncStream<Void>.makeStream()
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let waiters = (0..<3).map { _ in
            Task {
                await failure {
                    _ = try await flights.join("file") {
                        begins.finish()
                        let (never, _) = AsyncStream<Never>.makeStream()
                        for await _ in never {}
                        ends.finish()
                        return .failure(.abandoned)
                    }
                }
            }
        }
        for await _ in begun {}
        try await eventually("three wait") { flights.waiting == 3 }
        for waiter in waiters { waiter.cancel() }
        for waiter in waiters { #expect(await waiter.value == .abandoned) }
        await clock.untilSleeping()
        clock.advance(by: .seconds(10))
        for await _ in ended {}

        // And whoever comes later begins anew.
        let media = sealed.media
        #expect(try await flights.join("file") { .success(media) } == media)
    }

    @Test func whoComesBackInTimeFindsItStillUnderWay() async throws {
        let clock = ManualClock()
        let flights = SharedDownloads<String>(clock: clock, linger: .seconds(10))
        let (released, releases) = AsyncStream<Void>.makeStream()
        let media = sealed.media
        let first = Task {
            await failure {
                _ = try await flights.join("file") {
                    for await _ in released {}
                    return .success(media)
                }
            }
        }
        try await eventually("one waits") { flights.waiting == 1 }
        first.cancel()
        #expect(await first.value == .abandoned)
        await clock.untilSleeping()
        clock.advance(by: .seconds(9))
        async let second = flights.join("file") { .failure(MediaError(.refused, "begun anew")) }
        try await eventually("one waits") { flights.waiting == 1 }
        clock.advance(by: .seconds(9))
        releases.finish()
        #expect(try await second == media)
    }

    @Test func whoIsCancelledAlreadyStartsNothing() async throws {
        let trial = try await FetchTrial()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await trial.failure(reference)
        }
        #expect(await task.value?.reason == .unavailable)
        #expect(trial.transport.requests.isEmpty)
    }

    @Test func onlySoManyDownloadsGoOnAtOnce() async throws {
        let trial = try await FetchTrial(downloads: 3)
        let files = (0..<12).map { MediaSealer.seal(bytes(100 + $0)) }
        for (index, file) in files.enumerated() {
            trial.transport.serve(.file(file.encrypted), at: "https://mmg.whatsapp.net/\(index)")
        }
        trial.transport.hold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, file) in files.enumerated() {
                group.addTask {
                    let media = try await trial.fetch(file.reference(directPath: "/\(index)"))
                    #expect(media == file.media)
                }
            }
            try await waitForWaiters(12, trial)
            await trial.transport.arrivals(3)
            trial.transport.release()
            try await group.waitForAll()
        }
        #expect(trial.transport.mostAtOnce == 3)
        #expect(trial.transport.requests.count == 12)
    }

    /// Takes the only slot, for as long as the body runs.
    private func holding(_ slots: Slots, _ body: () async throws -> Void) async throws {
        let (taken, takes) = AsyncStream<Void>.makeStream()
        let (released, releases) = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await slots.withSlot { () throws(MediaError) in
                takes.finish()
                for await _ in released {}
            }
        }
        for await _ in taken {}
        try await body()
        releases.finish()
        try await holder.value
    }

    @Test func slotsAreGivenInTheOrderOfComing() async throws {
        let slots = Slots(1)
        let order = Mutex<[Int]>.Box([])
        var waiters: [Task<Void, any Error>] = []
        try await holding(slots) {
            for index in 0..<20 {
                waiters.append(
                    Task {
                        // One slot: nobody else is in here.
                        try await slots.withSlot { () throws(MediaError) in order.value.append(index) }
                    }
                )
                while slots.waiting <= index { await Task.yield() }
            }
        }
        for waiter in waiters { try await waiter.value }
        #expect(order.value == Array(0..<20))
    }

    @Test func aWaiterWhoGivesUpIsPassedOver() async throws {
        let slots = Slots(1)
        try await holding(slots) {
            let waiter = Task { await failure { try await slots.withSlot { () throws(MediaError) in } } }
            while slots.waiting == 0 { await Task.yield() }
            waiter.cancel()
            #expect(await waiter.value == .abandoned)
        }
        try await slots.withSlot { () throws(MediaError) in }
    }

    // MARK: The end

    @Test func theShutdownGivesUpWhatIsUnderWay() async throws {
        let trial = try await FetchTrial()
        trial.transport.script([.hang])
        async let failure = trial.failure(reference)
        await trial.transport.arrivals(1)
        let run = Task { try await trial.service.run() }
        // Without a service group a cancellation stands for the graceful shutdown.
        run.cancel()
        try await run.value
        #expect(await failure?.reason == .unavailable)
        #expect(trial.transport.cancelled == 1)
        #expect(await trial.failure(reference)?.reason == .unavailable, "nothing is begun any more")
        #expect(trial.transport.requests.count == 1)
    }
}
