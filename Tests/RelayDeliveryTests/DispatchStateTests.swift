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

    @Test func aFullDestinationWaitsForResultsNotForTime() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, "crm", 4, nextDue: .at(0), at: .at(0))
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty)
        #expect(state.nextWake(after: .at(0), settings: settings()) == nil)
        state.finished("crm", answer(200), limit: 4, at: .at(5))
        #expect(state.claims(at: .at(5), settings: settings()).map(\.limit) == [1])
    }

    @Test func pausedAndRemovedDestinationsAreLeftAlone() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        state.setPaused("crm", true)
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty)
        #expect(state.nextWake(after: .at(0), settings: settings()) == nil)
        state.setPaused("crm", false)
        #expect(state.claims(at: .at(0)) { _ in nil }.isEmpty)
        #expect(state.claims(at: .at(0), settings: settings()).count == 1)
    }

    @Test func anOpenBreakerLetsOneProbeThroughAtItsTime() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, "crm", 4, nextDue: .at(0), at: .at(0))
        for _ in 1...4 { state.finished("crm", failure(.connect), limit: 4, at: .at(10)) }
        take(&state, "crm", 1, nextDue: .at(0), at: .at(10))
        state.finished("crm", failure(.connect), limit: 4, at: .at(20))
        #expect(state.claims(at: .at(20), settings: settings()).isEmpty)
        #expect(state.nextWake(after: .at(20), settings: settings()) == .at(5020))
        #expect(state.claims(at: .at(5020), settings: settings()).map(\.limit) == [1])
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
