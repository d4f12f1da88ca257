import RelayCore
import RelayDelivery
import RelayTesting
import Testing

/// Places for deliveries that are claimed when they are queued.
struct NewDeliveryClaimTests {
    private let now = Timestamp.at(0)
    private let settings = DestinationDispatchSettings(maxInFlight: 2)

    private func state(_ prepare: (inout DispatchState) -> Void = { _ in }) -> DispatchState {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.takesNewDeliveries = true
        state.trust(["crm"])
        prepare(&state)
        return state
    }

    private func reserves(
        _ settings: DestinationDispatchSettings? = nil, _ prepare: (inout DispatchState) -> Void
    ) -> Bool {
        var state = state(prepare)
        return state.reserve("crm", settings: settings ?? self.settings, at: now)
    }

    private func finish(_ state: inout DispatchState, _ number: Int64) {
        state.finished(
            "crm", [claimed(number, destination: "crm", chat: "c\(number)")], answer(200), settings: settings,
            startedAt: now, at: now)
    }

    @Test func aPlaceIsARequestUnderWay() {
        var state = state()
        let hasPlace1 = state.reserve("crm", settings: settings, at: now)
        #expect(hasPlace1)
        let hasPlace2 = state.reserve("crm", settings: settings, at: now)
        #expect(hasPlace2)
        let hasPlace3 = state.reserve("crm", settings: settings, at: now)
        #expect(!hasPlace3, "max_in_flight is 2")
        #expect(state.inFlight == 2)
        state.started(claimed(1, destination: "crm", chat: "c1"), ordering: .perChat, receiver: nil)
        finish(&state, 1)
        #expect(state.inFlight == 1)
        let hasPlace4 = state.reserve("crm", settings: settings, at: now)
        #expect(hasPlace4)
        state.release("crm")
        state.release("crm")
        #expect(state.inFlight == 0)
    }

    @Test func whatIsDueGoesFirst() {
        #expect(!reserves { $0.wake("crm", at: now) })
        #expect(
            reserves { $0.wake("crm", at: now + .seconds(60)) }, "one that waits for its next attempt holds nobody up")
        #expect(
            !reserves { state in
                state.wake("crm", at: now)
                _ = state.claims(at: now) { _ in settings }
            }, "it is being asked for")
    }

    @Test func onlyDestinationsThatMaySendGetPlaces() {
        #expect(reserves { _ in })
        #expect(!reserves { $0.takesNewDeliveries = false })
        #expect(!reserves { $0.pause(DestinationPause(destination: "crm", reason: .manual, since: now)) })
        var untried = state()
        let hasPlace5 = untried.reserve("other", settings: settings, at: now)
        #expect(!hasPlace5)
        #expect(!reserves(DestinationDispatchSettings(batch: BatchPolicy(maxEvents: 10))) { _ in })
        let rate = RateLimit(count: 1, per: .seconds(60))
        var limited = state()
        let settings = DestinationDispatchSettings(rateLimit: rate)
        let hasPlace6 = limited.reserve("crm", settings: settings, at: now)
        #expect(hasPlace6)
        let hasPlace7 = limited.reserve("crm", settings: settings, at: now)
        #expect(!hasPlace7)
    }

    @Test func whatIsOverTheLimitOfAllClaimsIsClaimedTheNextTime() {
        var state = state { state in
            for key in ["crm", "erp", "new", "old"] as [DestinationKey] { state.wake(key, at: now) }
            state.trust(["erp"])
        }
        var claimed: [DestinationKey: Int] = [:]
        for _ in 0..<4 {
            let claims = state.claims(at: now, limit: 3) { _ in settings }
            #expect(claims.reduce(0) { $0 + $1.limit } <= 3)
            for claim in claims {
                claimed[claim.destination, default: 0] += claim.limit
                let batches = (0..<claim.limit).map { _ in
                    [RelayDeliveryTests.claimed(1, destination: claim.destination, chat: "c")]
                }
                state.claimed(
                    DeliveryClaimResult(destination: claim.destination, batches: batches, nextDue: now), at: now)
            }
        }
        #expect(claimed == ["crm": 2, "erp": 2, "new": 2, "old": 2])
    }
}
