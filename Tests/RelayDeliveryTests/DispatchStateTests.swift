import RelayCore
import RelayDelivery
import RelayTesting
import Testing

struct DispatchStateTests {
    private func settings(_ maxInFlight: Int = 4, rate: RateLimit? = nil) -> (DestinationKey) ->
        DestinationDispatchSettings?
    {
        { _ in DestinationDispatchSettings(maxInFlight: maxInFlight, rateLimit: rate) }
    }

    private func take(
        _ state: inout DispatchState, _ key: DestinationKey, _ count: Int, nextDue: Timestamp?, at now: Timestamp
    ) {
        let batches = (0..<count).map { [claimed(Int64($0), destination: key)] }
        state.claimed(DeliveryClaimResult(destination: key, batches: batches, nextDue: nextDue), at: now)
    }

    @Test func claimsWhatIsFreeAndNothingThatIsNotDue() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        state.wake("later", at: .at(500))
        let claims = state.claims(at: .at(0), settings: settings())
        #expect(claims.map(\.destination) == ["crm"])
        #expect(claims.map(\.limit) == [4])
        take(&state, "crm", 3, nextDue: .at(0), at: .at(0))
        #expect(state.claims(at: .at(0), settings: settings()).map(\.limit) == [1])
        #expect(state.nextWake(after: .at(0), settings: settings()) == .at(500))
    }

    /// A round costs what is due, however many destinations are known.
    @Test func onlyDestinationsWithSomethingDueAreLookedAt() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let crm = DestinationDispatchSettings(maxInFlight: 4)
        let keys = (0..<100).map { DestinationKey.webhook("wh_\($0)") }
        for key in keys {
            state.wake(key, at: .at(0))
            take(&state, key, 1, nextDue: nil, at: .at(0))
            state.finished(key, [claimed(1)], answer(200), settings: crm, at: .at(1))
        }
        #expect(state.destinations.count == 100 && state.scheduled.isEmpty)
        state.wake(keys[7], at: .at(5))
        #expect(state.scheduled == [keys[7]])
        #expect(state.claims(at: .at(5), settings: settings()).map(\.destination) == [keys[7]])
        take(&state, keys[7], 1, nextDue: .at(9), at: .at(5))
        #expect(state.scheduled == [keys[7]])
        state.forget(keys[7])
        state.forget(keys[8])
        #expect(state.scheduled.isEmpty && state.inFlight == 1)
        #expect(state.destinations[keys[7]]?.inFlight == 1 && state.destinations[keys[8]] == nil)
        state.finished(keys[7], [claimed(1)], answer(200), settings: crm, at: .at(9))
        #expect(state.inFlight == 0 && state.claims(at: .at(99), settings: settings()).isEmpty)
    }

    @Test func aFullDestinationWaitsForResultsNotForTime() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, "crm", 4, nextDue: .at(0), at: .at(0))
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty)
        #expect(state.nextWake(after: .at(0), settings: settings()) == nil)
        state.finished(
            "crm", [claimed(1)], answer(200), settings: DestinationDispatchSettings(maxInFlight: 4), at: .at(5))
        #expect(state.claims(at: .at(5), settings: settings()).map(\.limit) == [1])
    }

    @Test func pausedAndRemovedDestinationsAreLeftAlone() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        state.pause(DestinationPause(destination: "crm", reason: .manual, since: .at(0)))
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty)
        #expect(state.nextWake(after: .at(0), settings: settings()) == nil)
        state.resume("crm", at: .at(0))
        #expect(state.claims(at: .at(0)) { _ in nil }.isEmpty)
        #expect(state.claims(at: .at(0), settings: settings()).count == 1)
    }

    @Test func anOpenBreakerLetsOneProbeThroughAtItsTime() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let crm = DestinationDispatchSettings(maxInFlight: 4)
        func delivery(_ number: Int64) -> ClaimedDelivery { claimed(number, chat: "chat\(number)") }
        state.wake("crm", at: .at(0))
        let batches = (1...3).map { [delivery($0)] }
        state.claimed(DeliveryClaimResult(destination: "crm", batches: batches, nextDue: .at(0)), at: .at(0))
        for number: Int64 in 1...3 {
            state.finished("crm", [delivery(number)], failure(.connect), settings: crm, at: .at(20))
        }
        #expect(state.claims(at: .at(20), settings: settings()).isEmpty)
        #expect(state.nextWake(after: .at(20), settings: settings()) == .at(5020))
        let claims = state.claims(at: .at(5020), settings: settings())
        #expect(claims.map(\.limit) == [1])
        #expect(claims.map(\.avoiding) == [[DeliveryID(1), DeliveryID(2), DeliveryID(3)]])
    }

    @Test func anotherReceiverIsSentToAtOnce() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let crm = DestinationDispatchSettings(maxInFlight: 4)
        let batches = (1...3).map { [claimed($0, chat: "chat\($0)")] }
        state.claimed(
            DeliveryClaimResult(destination: "crm", batches: batches, nextDue: .at(0)), receiver: "a", at: .at(0))
        for batch in batches { state.finished("crm", batch, failure(.connect), settings: crm, at: .at(20)) }
        #expect(state.follow(at: .at(30)) { _ in "a" } == [])
        #expect(state.claims(at: .at(30), settings: settings()).isEmpty)
        #expect(state.follow(at: .at(30)) { _ in "b" } == [])
        #expect(state.claims(at: .at(30), settings: settings()).map(\.limit) == [4])

        state.pause(DestinationPause(destination: "crm", reason: .gone, since: .at(30), receiver: "b"))
        #expect(state.follow(at: .at(40)) { _ in "b" } == [])
        #expect(state.follow(at: .at(40)) { _ in nil } == [], "a destination that is gone has no other address")
        #expect(state.follow(at: .at(40)) { _ in "c" } == ["crm"])
        #expect(state.claims(at: .at(40), settings: settings()).map(\.limit) == [4])

        state.pause(DestinationPause(destination: "crm", reason: .manual, since: .at(50), receiver: "c"))
        #expect(state.follow(at: .at(60)) { _ in "d" } == [], "an operator's pause is the operator's to end")
    }

    @Test func rateLimitsBoundClaimsAndSetTheNextWake() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let settings = settings(16, rate: RateLimit(count: 2, per: .seconds(1)))
        state.wake("crm", at: .at(0))
        #expect(state.claims(at: .at(0), settings: settings).map(\.limit) == [1])
        take(&state, "crm", 1, nextDue: .at(0), at: .at(0))
        #expect(state.claims(at: .at(1), settings: settings).isEmpty)
        #expect(state.nextWake(after: .at(1), settings: settings) == .at(500))
    }

    /// Twenty destinations that do not respond must leave slots for one that does.
    @Test func slowDestinationsCannotTakeEverySlot() {
        var state = DispatchState(capacity: 100, breaker: .init())
        for index in 0..<20 { state.wake("slow\(index)", at: .at(0)) }
        for claim in state.claims(at: .at(0), settings: settings(16)) {
            take(&state, claim.destination, claim.limit, nextDue: .at(0), at: .at(0))
        }
        for round in 1...50 {
            for claim in state.claims(at: .at(Int64(round)), settings: settings(16)) {
                take(&state, claim.destination, claim.limit, nextDue: .at(0), at: .at(Int64(round)))
            }
        }
        state.wake("healthy", at: .at(60))
        #expect(state.claims(at: .at(60), settings: settings(16)).contains { $0.destination == "healthy" })
    }
}
