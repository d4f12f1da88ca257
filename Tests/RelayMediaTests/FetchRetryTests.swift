import RelayCore
import RelayTesting
import Synchronization
import Testing

@testable import RelayMedia

/// When a download is retried or given up, and how concurrent requests share it.
@Suite struct FetchRetryTests {
    private let sealed = WhatsAppMediaEncryptor.seal(bytes(5000))

    private var reference: RawMediaReference { sealed.reference(directPath: "/x.enc") }

    // MARK: The schedule

    @Test(
        arguments: [
            .status(408), .status(425), .status(429), .status(500), .status(503), .failure(.unavailable),
            .failure(.timeout),
            .cutOff(bytes(2500)),
        ] as [ScriptedTransport.Answer])
    func whatMayPassIsTriedAgainAfterLongerAndLongerWaits(_ answer: ScriptedTransport.Answer) async throws {
        let clock = SkippingClock()
        let fixture = try await MediaServiceFixture(clock: clock)
        fixture.transport.script([answer, answer, answer, answer, .file(sealed.encrypted)])
        #expect(try await fixture.fetch(reference, limits: MediaFetchLimits(attempts: 5)) == sealed.media)
        #expect(clock.waits == [1, 2, 4, 8].map { Duration.seconds($0) })
        #expect(fixture.drafts.isEmpty)
    }

    @Test func afterTheLastAttemptTheFailureStands() async throws {
        let clock = SkippingClock()
        let fixture = try await MediaServiceFixture(clock: clock)
        fixture.transport.script([.status(503), .status(503), .failure(.timeout), .file(sealed.encrypted)])
        let failure = await fixture.failure(reference)
        #expect(failure?.code == .timeout)
        #expect(failure?.isRetryable == true)
        #expect(clock.waits == [.seconds(1), .seconds(2)])
        #expect(fixture.transport.requests.count == 3)
        #expect(fixture.drafts.isEmpty)
    }

    @Test func aPlaceThatIsOutIsNotAskedAgainWhileAnotherIs() async throws {
        let fixture = try await MediaServiceFixture(options: .init(baseURL: "http://gw"))
        var reference = reference
        reference.locations.insert(.gateway(url: "a"), at: 0)
        fixture.transport.script([.status(404), .status(500), .status(500), .file(sealed.encrypted)])
        #expect(try await fixture.fetch(reference) == sealed.media)
        let whatsApp = "https://mmg.whatsapp.net/x.enc"
        #expect(fixture.transport.urls == ["http://gw/a", whatsApp, whatsApp, whatsApp])
    }

    @Test func aWaitBeyondTheTimeLimitIsNotBegun() async throws {
        let clock = SkippingClock(skippingUnder: .seconds(9))
        let fixture = try await MediaServiceFixture(clock: clock)
        for _ in 0..<9 { fixture.transport.script([.status(500)]) }
        let failure = await fixture.failure(reference, limits: MediaFetchLimits(attempts: 9, timeout: .seconds(10)))
        #expect(failure?.code == .unavailable, "what the server said, not that time is over")
        #expect(clock.waits == [1, 2, 4].map { Duration.seconds($0) })
    }

    // MARK: Time limits

    @Test func aServerThatHangsIsTriedAgain() async throws {
        let clock = SkippingClock()
        let fixture = try await MediaServiceFixture(clock: clock)
        fixture.transport.script([.hang, .file(sealed.encrypted)])
        async let fetched = fixture.fetch(reference)
        await fixture.transport.arrivals(1)
        // The total limit, and the limit for the response header.
        await clock.manual.untilSleeping(2)
        clock.manual.advance(by: .seconds(10))
        #expect(try await fetched == sealed.media)
        #expect(fixture.transport.cancelled == 1)
    }

    @Test func theTimeLimitEndsEverything() async throws {
        let clock = ManualClock()
        let fixture = try await MediaServiceFixture(clock: clock)
        fixture.transport.script([.hang])
        async let failure = fixture.failure(reference, limits: MediaFetchLimits(timeout: .seconds(5)))
        await fixture.transport.arrivals(1)
        await clock.untilSleeping(2)
        clock.advance(by: .seconds(5))
        #expect(await failure?.code == .timeout)
        #expect(fixture.transport.cancelled == 1)
        #expect(fixture.drafts.isEmpty)
    }

    @Test func waitingForASlotCountsAsWell() async throws {
        let clock = ManualClock()
        let fixture = try await MediaServiceFixture(clock: clock, downloads: 1)
        fixture.transport.script([.hang])
        async let first = fixture.failure(reference)
        await fixture.transport.arrivals(1)
        async let second = fixture.failure(
            sealed.reference(directPath: "/other"), limits: MediaFetchLimits(timeout: .seconds(5)))
        await clock.untilSleeping(3)
        clock.advance(by: .seconds(5))
        #expect(await second?.code == .timeout)
        clock.advance(by: .seconds(120))
        #expect(await first?.code == .timeout)
        #expect(fixture.transport.requests.count == 1)
    }

    /// Nobody waits for a late file, and many of them must not use up each other's tries.
    @Test func aLateFileKeepsItsTimeWhileItWaitsForASlot() async throws {
        let clock = ManualClock()
        let fixture = try await MediaServiceFixture(clock: clock, downloads: 1)
        fixture.transport.script([.hang, .hang])
        async let first = fixture.failure(reference, limits: MediaFetchLimits(attempts: 1))
        await fixture.transport.arrivals(1)
        async let second = failure {
            _ = try await fixture.service.fetch(
                sealed.reference(directPath: "/late"), source: "gw", session: "main",
                limits: MediaFetchLimits(timeout: .seconds(5)), priority: .late)
        }
        try await eventually("it waits") { fixture.service.waitingForSlot == 1 }
        // The time limits of both, and the one for the first response.
        await clock.untilSleeping(3)
        clock.advance(by: .seconds(5))
        await clock.untilSleeping(3)
        clock.advance(by: .seconds(5))
        #expect(await first?.code == .timeout)
        await fixture.transport.arrivals(2)
        await clock.untilSleeping(2)
        clock.advance(by: .seconds(4))
        #expect(fixture.service.waiting == 1)
        clock.advance(by: .seconds(1))
        #expect(await second?.code == .timeout)
        #expect(fixture.transport.requests.count == 2)
    }

    // MARK: Sharing

    private func waitForWaiters(_ count: Int, _ fixture: MediaServiceFixture) async throws {
        try await eventually("\(count) wait") { fixture.service.waiting >= count }
    }

    @Test func theSameFileIsFetchedOnceForAllWhoWait() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.hold()
        fixture.transport.script([.file(sealed.encrypted)])
        try await withThrowingTaskGroup(of: StoredMedia.self) { group in
            for index in 0..<10 {
                var reference = reference
                reference.fileName = "\(index).jpg"
                group.addTask { [reference] in try await fixture.fetch(reference) }
            }
            try await waitForWaiters(10, fixture)
            await fixture.transport.arrivals(1)
            fixture.transport.release()
            for try await media in group { #expect(media == sealed.media) }
        }
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func anotherKeyIsAnotherFetch() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.hold()
        var other = reference
        other.locations = [.whatsApp(url: nil, directPath: "/x.enc", key: bytes(32, seed: 8))]
        fixture.transport.serve(.file(sealed.encrypted), at: "https://mmg.whatsapp.net/x.enc")
        async let right = fixture.fetch(reference)
        async let wrong = fixture.failure(other, limits: MediaFetchLimits(attempts: 1))
        await fixture.transport.arrivals(2)
        fixture.transport.release()
        #expect(try await right == sealed.media)
        #expect(await wrong?.code == .macMismatch)
    }

    @Test func oneWhoGivesUpDoesNotEndItForTheOthers() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.hold()
        fixture.transport.script([.file(sealed.encrypted)])
        let impatient = Task { await fixture.failure(reference) }
        await fixture.transport.arrivals(1)
        async let patient = fixture.fetch(reference)
        try await waitForWaiters(2, fixture)
        impatient.cancel()
        #expect(await impatient.value?.code == .unavailable)
        fixture.transport.release()
        #expect(try await patient == sealed.media)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test func itEndsSoonAfterNobodyWaitsAnyMore() async throws {
        let clock = ManualClock()
        let flights = SharedDownloads<String>(clock: clock, linger: .seconds(10))
        let (ended, ends) = AsyncStream<Void>.makeStream()
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let waiters = (0..<3).map { _ in
            Task {
                await failure {
                    _ = try await flights.join("file") { _ in
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

        // A later request starts a new download.
        let media = sealed.media
        #expect(try await flights.join("file") { _ in .success(media) } == media)
    }

    @Test func whoComesBackInTimeFindsItStillUnderWay() async throws {
        let clock = ManualClock()
        let flights = SharedDownloads<String>(clock: clock, linger: .seconds(10))
        let (released, releases) = AsyncStream<Void>.makeStream()
        let media = sealed.media
        let first = Task {
            await failure {
                _ = try await flights.join("file") { _ in
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
        async let second = flights.join("file") { _ in .failure(MediaError(.refused, "begun anew")) }
        try await eventually("one waits") { flights.waiting == 1 }
        clock.advance(by: .seconds(9))
        releases.finish()
        #expect(try await second == media)
    }

    /// A late file that a new message waits for is as urgent as the message.
    @Test func theMostUrgentCallerSetsThePriority() async throws {
        let told = Mutex<[MediaFetchPriority?]>.Box([])
        let flights = SharedDownloads<String>(clock: ManualClock()) { _, priority in told.value.append(priority) }
        let (released, releases) = AsyncStream<Void>.makeStream()
        let media = sealed.media
        let late = Task {
            try await flights.join("file", .late) { _ in
                for await _ in released {}
                return .success(media)
            }
        }
        try await eventually("one waits") { flights.waiting == 1 }
        let fresh = Task { try await flights.join("file", .fresh) { _ in .success(media) } }
        let another = Task { try await flights.join("file", .fresh) { _ in .success(media) } }
        try await eventually("three wait") { flights.waiting == 3 }
        #expect(told.value == [.late, .fresh])
        fresh.cancel()
        _ = await fresh.result
        #expect(told.value == [.late, .fresh])
        another.cancel()
        _ = await another.result
        #expect(told.value == [.late, .fresh, .late], "only the late one waits now")
        releases.finish()
        #expect(try await late.value == media)
        #expect(told.value == [.late, .fresh, .late, nil])
    }

    @Test func whoIsCancelledAlreadyStartsNothing() async throws {
        let fixture = try await MediaServiceFixture()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await fixture.failure(reference)
        }
        #expect(await task.value?.code == .unavailable)
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test func onlySoManyDownloadsGoOnAtOnce() async throws {
        let fixture = try await MediaServiceFixture(downloads: 3)
        let files = (0..<12).map { WhatsAppMediaEncryptor.seal(bytes(100 + $0)) }
        for (index, file) in files.enumerated() {
            fixture.transport.serve(.file(file.encrypted), at: "https://mmg.whatsapp.net/\(index)")
        }
        // A host that has not answered yet gets fewer.
        #expect(try await fixture.fetch(files[0].reference(directPath: "/0")) == files[0].media)
        fixture.transport.hold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, file) in files.enumerated().dropFirst() {
                group.addTask {
                    let media = try await fixture.fetch(file.reference(directPath: "/\(index)"))
                    #expect(media == file.media)
                }
            }
            try await waitForWaiters(11, fixture)
            await fixture.transport.arrivals(4)
            fixture.transport.release()
            try await group.waitForAll()
        }
        #expect(fixture.transport.mostAtOnce == 3)
        #expect(fixture.transport.requests.count == 12)
    }

    /// Takes the only permit for the duration of the closure.
    private func holding(_ semaphore: AsyncSemaphore, _ body: () async throws -> Void) async throws {
        let (taken, takes) = AsyncStream<Void>.makeStream()
        let (released, releases) = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in
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
        let semaphore = AsyncSemaphore(1)
        let order = Mutex<[Int]>.Box([])
        var waiters: [Task<Void, any Error>] = []
        try await holding(semaphore) {
            for index in 0..<20 {
                waiters.append(
                    Task {
                        // With one permit, no other task is in this closure.
                        try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in
                            order.value.append(index)
                        }
                    }
                )
                while semaphore.waiting <= index { await Task.yield() }
            }
        }
        for waiter in waiters { try await waiter.value }
        #expect(order.value == Array(0..<20))
    }

    @Test func aWaiterWhoGivesUpIsPassedOver() async throws {
        let semaphore = AsyncSemaphore(1)
        try await holding(semaphore) {
            let waiter = Task {
                await failure { try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in } }
            }
            while semaphore.waiting == 0 { await Task.yield() }
            waiter.cancel()
            #expect(await waiter.value == .abandoned)
        }
        try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in }
    }

    // MARK: The end

    @Test func theShutdownGivesUpWhatIsUnderWay() async throws {
        let fixture = try await MediaServiceFixture()
        fixture.transport.script([.hang])
        async let failure = fixture.failure(reference)
        await fixture.transport.arrivals(1)
        let run = Task { try await fixture.service.run() }
        // Without a service group, cancellation has the effect of a graceful shutdown.
        run.cancel()
        try await run.value
        #expect(await failure?.code == .unavailable)
        #expect(fixture.transport.cancelled == 1)
        #expect(await fixture.failure(reference)?.code == .unavailable, "nothing is begun any more")
        #expect(fixture.transport.requests.count == 1)
    }
}
