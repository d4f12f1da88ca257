import RelayCore
import RelayDelivery
import RelayTesting
import Testing

struct DeliveryWaitTests {
    private static let settings = DestinationDispatchSettings(
        maxInFlight: 4, rateLimit: RateLimit(count: 2, per: .seconds(1)))

    private func delivery(
        _ state: DeliveryState = .queued, due: Timestamp? = .at(0), behind: String? = nil
    ) -> DeliveryDetails {
        DeliveryDetails(
            id: DeliveryID(1), event: EventID(1), pipeline: "default", destination: "crm", session: "main",
            type: .messageReceived, chat: "a", state: state, attemptCount: 0, receivedAt: .at(0), createdAt: .at(0),
            dueAt: due, finishedAt: nil, deadReason: nil, lastStatus: nil, lastError: nil, lastTarget: nil,
            behind: behind)
    }

    private func wait(
        _ delivery: DeliveryDetails, _ state: DispatchState? = nil,
        settings: DestinationDispatchSettings? = Self.settings,
        isEnabled: Bool = true, at now: Timestamp = .at(10)
    ) -> DeliveryWait? {
        DeliveryWait(
            of: delivery, state: state?.destinations["crm"], settings: settings, isEnabled: isEnabled, at: now)
    }

    private func state(_ body: (inout DispatchState) -> Void) -> DispatchState {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        body(&state)
        return state
    }

    private func claims(_ state: inout DispatchState, at now: Timestamp, nextDue: Timestamp? = .at(0)) {
        for claim in state.claims(at: now, settings: { _ in Self.settings }) {
            let batches = (1...Int64(claim.limit)).map { [claimed($0, chat: "chat\($0)")] }
            state.claimed(
                DeliveryClaimResult(destination: "crm", batches: batches, nextDue: nextDue), receiver: "a", at: now)
        }
    }

    @Test func onlyWhatIsQueuedWaits() {
        for state in DeliveryState.allCases where state != .queued { #expect(wait(delivery(state)) == nil) }
        #expect(wait(delivery()) == DeliveryWait(.slot))
    }

    @Test func aDestinationThatGetsNothingComesFirst() {
        let behind = delivery(due: nil, behind: "webhook-1")
        #expect(wait(behind, settings: nil) == DeliveryWait(.removed, behind: "webhook-1"))
        #expect(wait(behind, isEnabled: false) == DeliveryWait(.disabled, behind: "webhook-1"))
        for (reason, expected) in [
            (DestinationPause.Reason.manual, DeliveryWait.Reason.paused), (.gone, .gone), (.denied, .denied),
        ] {
            let state = state { $0.pause(DestinationPause(destination: "crm", reason: reason, since: .at(5))) }
            #expect(wait(behind, state) == DeliveryWait(expected, since: .at(5), behind: "webhook-1"))
        }
        #expect(wait(behind) == DeliveryWait(.lane, behind: "webhook-1"))
    }

    @Test func momentsThatAreKnownAreTold() {
        #expect(wait(delivery(due: .at(500))) == DeliveryWait(.retry, until: .at(500)))
        let limited = state { claims(&$0, at: .at(0)) }
        #expect(wait(delivery(), limited) == DeliveryWait(.rateLimit, until: .at(500)))
        let refused = state { state in
            claims(&state, at: .at(0))
            state.finished(
                "crm", [claimed(1)], answer(429, retryAfter: .seconds(3)), settings: Self.settings, startedAt: .at(0),
                at: .at(1))
        }
        #expect(wait(delivery(), refused) == DeliveryWait(.receiverRate, until: .at(3001)))
        var batching = Self.settings
        batching.batch = BatchPolicy(maxWait: .seconds(2))
        #expect(wait(delivery(), settings: batching) == DeliveryWait(.batch, until: .at(2000)))
        let release = DestinationRelease(
            destination: "crm", rate: RateLimit(count: 1, per: .seconds(1)), last: DeliveryID(9), remaining: 9)
        let released = state { state in
            state.resume("crm", release: release, at: .at(0))
            claims(&state, at: .at(0))
        }
        #expect(wait(delivery(), released) == DeliveryWait(.release, until: .at(1000)))
    }

    @Test func anOpenBreakerTellsItsProbe() {
        let open = state { state in
            for number: Int64 in 1...3 {
                let moment = Timestamp.at(number * 1000)
                claims(&state, at: moment)
                state.finished(
                    "crm", [claimed(1, chat: "chat\(number)")], failure(.connect), settings: Self.settings,
                    startedAt: moment, at: moment)
            }
        }
        #expect(wait(delivery(), open, at: .at(4000)) == DeliveryWait(.breaker, until: .at(8000)))
        #expect(wait(delivery(due: .at(9000)), open, at: .at(4000)) == DeliveryWait(.retry, until: .at(9000)))
    }

    @Test func aDestinationTellsWhatItsNextDeliveryWaitsFor() {
        func wait(_ state: DispatchState, queued: Bool = true, at now: Timestamp = .at(10)) -> DeliveryWait? {
            DeliveryWait(
                ofNextAt: state.destinations["crm"], hasQueued: queued, settings: Self.settings, isEnabled: true,
                at: now)
        }
        let limited = state { claims(&$0, at: .at(0)) }
        #expect(wait(limited) == DeliveryWait(.rateLimit, until: .at(500)))
        #expect(wait(limited, queued: false) == nil)
        let refused = state { state in
            claims(&state, at: .at(0))
            state.finished(
                "crm", [claimed(1)], answer(429, retryAfter: .seconds(3)), settings: Self.settings, startedAt: .at(0),
                at: .at(1))
        }
        for queued in [true, false] {
            #expect(wait(refused, queued: queued) == DeliveryWait(.receiverRate, until: .at(3001)))
        }
        let open = state { state in
            for number: Int64 in 1...3 {
                claims(&state, at: .at(number * 1000))
                state.finished(
                    "crm", [claimed(1, chat: "chat\(number)")], failure(.connect), settings: Self.settings,
                    startedAt: .at(number * 1000), at: .at(number * 1000))
            }
        }
        #expect(wait(open, queued: false, at: .at(4000)) == DeliveryWait(.breaker, until: .at(8000)))
        let paused = state { $0.pause(DestinationPause(destination: "crm", reason: .manual, since: .at(5))) }
        #expect(wait(paused) == DeliveryWait(.paused, since: .at(5)))
        #expect(wait(state { _ in }, queued: false) == nil)
    }

    @Test func everyReasonHasAMessage() {
        let messages = DeliveryWait.Reason.allCases.map { DeliveryWait($0, until: .at(0)).message }
        #expect(Set(messages).count == messages.count)
    }

    /// What a destination held goes out at the rate, and what comes after it as fast as it may.
    @Test func aReleaseEndsWithWhatWasHeld() {
        let settings = DestinationDispatchSettings(maxInFlight: 4)
        var state = DispatchState(capacity: 100, breaker: .init())
        state.pause(DestinationPause(destination: "crm", reason: .manual, since: .at(0)))
        state.wake("crm", at: .at(0))
        let release = DestinationRelease(
            destination: "crm", rate: RateLimit(count: 2, per: .seconds(1)), last: DeliveryID(3), remaining: 3)
        state.resume("crm", release: release, at: .at(0))
        var starts: [Int64] = []
        for now: Int64 in 0..<1200 {
            for claim in state.claims(at: .at(now), settings: { _ in settings }) {
                let numbers = (1...claim.limit).map { Int64(starts.count + $0) }
                starts += numbers.map { _ in now }
                let batches = numbers.map { [claimed($0, chat: "chat\($0)")] }
                state.claimed(
                    DeliveryClaimResult(destination: "crm", batches: batches, nextDue: .at(0)), receiver: "a",
                    at: .at(now))
                for batch in batches {
                    state.finished("crm", batch, answer(200), settings: settings, startedAt: .at(now), at: .at(now))
                }
            }
        }
        #expect(Array(starts.prefix(4)) == [0, 500, 1000, 1001])
        #expect(starts.count > 100)
        #expect(state.destinations["crm"]?.release == nil)
    }
}
