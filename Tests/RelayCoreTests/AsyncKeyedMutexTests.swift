import RelayCore
import RelayTesting
import Synchronization
import Testing

struct AsyncKeyedMutexTests {
    private struct UnavailableError: Error {}

    /// Counts the tasks that hold a key at the same time.
    private final class HolderCount: Sendable {
        private let counts = Mutex((inside: 0, most: 0, done: 0))

        func enter() {
            counts.withLock { counts in
                counts.inside += 1
                counts.most = max(counts.most, counts.inside)
            }
        }

        func leave() {
            counts.withLock { counts in
                counts.inside -= 1
                counts.done += 1
            }
        }

        var most: Int { counts.withLock(\.most) }
        var done: Int { counts.withLock(\.done) }
    }

    /// A mutex, and a manual clock for its deadlines.
    private final class Fixture: Sendable {
        let mutex = AsyncKeyedMutex<String>()
        let clock = ManualClock()
        let order = Mutex<[String]>([])

        func locked(_ keys: Set<String>, _ work: @Sendable () async throws -> Void) async throws {
            try await mutex.withLock(
                of: keys, until: clock.now + .seconds(60), clock: clock, unavailable: UnavailableError() as any Error
            ) { () async throws(any Error) in try await work() }
        }
    }

    @Test func oneHoldsAKeyAtATime() async throws {
        let fixture = Fixture()
        let holders = HolderCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                // Every pair of keys overlaps with others, and none waits for one that waits for it.
                let keys: Set = ["\(number % 5)", "\((number + 1) % 5)", "all"]
                group.addTask {
                    try await fixture.locked(keys) {
                        holders.enter()
                        for _ in 0..<3 { await Task.yield() }
                        holders.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(holders.most == 1)
        #expect(holders.done == 200)
        #expect(fixture.mutex.heldKeys == 0, "free keys take no memory")
    }

    @Test func othersKeysAreFree() async throws {
        let fixture = Fixture()
        try await fixture.locked(["a"]) {
            try await fixture.locked(["b", "c"]) { #expect(fixture.mutex.heldKeys == 3) }
        }
        #expect(fixture.mutex.heldKeys == 0)
    }

    @Test func aFailureFreesTheKey() async throws {
        let fixture = Fixture()
        await #expect(throws: UnavailableError.self) { try await fixture.locked(["a"]) { throw UnavailableError() } }
        try await fixture.locked(["a"]) {}
    }

    @Test func whoWaitsTooLongGoesWithoutAndLeavesNothingHeld() async throws {
        let fixture = Fixture()
        try await fixture.locked(["b"]) {
            // It gets the first of its keys.
            let late = Task { try await fixture.locked(["a", "b"]) { Issue.record("the key is held") } }
            await fixture.clock.untilSleeping()
            fixture.clock.advance(by: .seconds(60))
            await #expect(throws: UnavailableError.self) { try await late.value }
            #expect(fixture.mutex.heldKeys == 1 && fixture.mutex.waiting == 0)
        }
    }

    @Test func whoIsCancelledGoesWithoutAndTheNextGetsTheKey() async throws {
        let fixture = Fixture()
        let next = Mutex<Task<Void, any Error>?>(nil)
        try await fixture.locked(["a"]) {
            let cancelled = Task { try await fixture.locked(["a"]) { Issue.record("it was cancelled") } }
            try await eventually("it waits") { fixture.mutex.waiting == 1 }
            let task = Task { try await fixture.locked(["a"]) { fixture.order.withLock { $0.append("next") } } }
            next.withLock { $0 = task }
            try await eventually("both wait") { fixture.mutex.waiting == 2 }
            cancelled.cancel()
            await #expect(throws: UnavailableError.self) { try await cancelled.value }
            fixture.order.withLock { $0.append("first") }
        }
        try await next.withLock { $0 }?.value
        #expect(fixture.order.withLock { $0 } == ["first", "next"])
    }
}
