import RelayCore
import RelayTesting
import Synchronization
import Testing

@testable import Relay

struct StoreWriteProbeTests {
    /// A store whose writes end when the test says so.
    private final class Store: StoreWriteCheck {
        private struct State {
            var count = 0
            var error: StoreError?
            var waiting: [CheckedContinuation<Void, Never>] = []
            var hangs = false
        }

        private let state = Mutex(State())

        var count: Int { state.withLock(\.count) }
        func fail(with error: StoreError?) { state.withLock { $0.error = error } }
        func hang() { state.withLock { $0.hangs = true } }

        func goOn() {
            let waiting = state.withLock { state in
                defer { state.waiting = [] }
                state.hangs = false
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }

        func checkWriting(at moment: Timestamp) async throws(StoreError) {
            state.withLock { $0.count += 1 }
            await withCheckedContinuation { continuation in
                let hangs = state.withLock { state in
                    if state.hangs { state.waiting.append(continuation) }
                    return state.hangs
                }
                if !hangs { continuation.resume() }
            }
            if let error = state.withLock(\.error) { throw error }
        }
    }

    private let clock = ManualClock()
    private let store = Store()

    @Test func aResultHoldsForASecond() async {
        let probe = StoreWriteProbe(store: store, clock: clock)
        #expect(await probe.problem() == nil)
        store.fail(with: StoreError(.full, "the disk is full"))
        clock.advance(by: .milliseconds(999))
        #expect(await probe.problem() == nil)
        #expect(store.count == 1)
        clock.advance(by: .milliseconds(1))
        #expect(await probe.problem() == "the disk is full")
        store.fail(with: nil)
        clock.advance(by: .seconds(1))
        #expect(await probe.problem() == nil)
        #expect(store.count == 3)
    }

    @Test func aWriteThatHangsIsAProblemAndHoldsUpNobody() async {
        let probe = StoreWriteProbe(store: store, clock: clock)
        store.hang()
        async let first = probe.problem()
        async let second = probe.problem()
        await clock.untilSleeping(2)
        #expect(store.count == 1, "both wait for the same write")
        clock.advance(by: .seconds(5))
        #expect(await [first, second] == [String?](repeating: "a write has been under way for 5 s", count: 2))
        clock.advance(by: .seconds(2))
        #expect(await probe.problem() == "a write has been under way for 7 s")
        #expect(store.count == 1)
        store.goOn()
        await eventuallyNoProblem(probe)
    }

    private func eventuallyNoProblem(_ probe: StoreWriteProbe) async {
        // The write that has gone on still has to report its end.
        while await probe.problem() != nil { await Task.yield() }
    }

    @Test func aStoreWithTooMuchToWriteStillWrites() async {
        let probe = StoreWriteProbe(store: store, clock: clock)
        #expect(await probe.problem() == nil)
        store.fail(with: StoreError(.overloaded, "too much"))
        clock.advance(by: .seconds(4))
        #expect(await probe.problem() == nil)
        clock.advance(by: .seconds(1))
        #expect(await probe.problem() == "too much", "nothing was written for five seconds")
    }
}
