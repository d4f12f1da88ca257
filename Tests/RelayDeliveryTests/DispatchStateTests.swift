import RelayCore
import RelayDelivery
import RelayTesting
import Testing

struct DispatchStateTests {
    private typealias Lookup = (DestinationKey) -> DestinationDispatchSettings?

    private func settings(_ maxInFlight: Int = 4, rate: RateLimit? = nil) -> Lookup {
        { _ in DestinationDispatchSettings(maxInFlight: maxInFlight, rateLimit: rate) }
    }

    /// Claims, and takes as much as was asked for.
    @discardableResult
    private func take(
        _ state: inout DispatchState, _ settings: Lookup, nextDue: Timestamp? = .at(0), at now: Timestamp
    ) -> [DeliveryClaimRequest] {
        let claims = state.claims(at: now, settings: settings)
        for claim in claims { take(&state, claim.destination, claim.limit, nextDue: nextDue, at: now) }
        return claims
    }

    private func take(
        _ state: inout DispatchState, _ key: DestinationKey, _ count: Int, nextDue: Timestamp?, receiver: String? = nil,
        at now: Timestamp
    ) {
        let batches = (0..<count).map { [delivery(Int64($0) + 1, to: key)] }
        state.claimed(
            DeliveryClaimResult(destination: key, batches: batches, nextDue: nextDue), receiver: receiver, at: now)
    }

    private func delivery(_ number: Int64, to key: DestinationKey = "crm") -> ClaimedDelivery {
        claimed(number, destination: key, chat: "chat\(number)")
    }

    private func finish(
        _ state: inout DispatchState, _ key: DestinationKey = "crm", _ number: Int64 = 1,
        _ result: AttemptResult = answer(200), after time: Int64 = 1, at now: Timestamp
    ) {
        state.finished(
            key, [delivery(number, to: key)], result, settings: DestinationDispatchSettings(maxInFlight: 4),
            startedAt: now - .milliseconds(time), at: now)
    }

    @Test func claimsWhatIsFreeAndNothingThatIsNotDue() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        state.wake("later", at: .at(500))
        let claims = state.claims(at: .at(0), settings: settings())
        #expect(claims.map(\.destination) == ["crm"])
        #expect(claims.map(\.limit) == [4])
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty, "it is being asked already")
        take(&state, "crm", 3, nextDue: .at(0), at: .at(0))
        #expect(state.inFlight == 3)
        #expect(state.nextWake() == .at(500))
        finish(&state, at: .at(1))
        #expect(state.claims(at: .at(1), settings: settings()).map(\.limit) == [2])
    }

    /// A caller may end a pause while the dispatcher still reads the store.
    @Test func aPauseThatEndedBeforeTheStartIsOver() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let pauses = ["crm", "erp"].map { (key: DestinationKey) in
            DestinationPause(destination: key, reason: .manual, since: .at(0))
        }
        state.resume("crm", at: .at(1))
        state.begin(pauses: pauses, releases: [], at: .at(2))
        #expect(state.destinations["crm"]?.isPaused == false)
        #expect(state.destinations["erp"]?.isPaused == true)
        state.wake("crm", at: .at(2))
        #expect(state.claims(at: .at(2), settings: settings()).map(\.destination) == ["crm"])
    }

    /// After a start nothing has answered yet. What answered before the start does not wait behind what may hang.
    @Test func whatAnsweredBeforeTheStartDoesNotWaitBehindTheOthers() {
        for isTrusted in [false, true] {
            var state = DispatchState(capacity: 16, breaker: .init())
            if isTrusted { state.trust(["healthy"]) }
            for number in 0..<40 { state.wake(.configured("h\(number)"), at: .at(0)) }
            state.wake("healthy", at: .at(0))
            let claims = take(&state, settings(), at: .at(0)).map(\.destination)
            #expect(claims.contains("healthy") == isTrusted)
            #expect(claims.count > 1)
        }
    }

    /// What is under way to a deleted destination still comes back.
    @Test func aDeletedDestinationIsForgotten() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let crm = DestinationDispatchSettings(maxInFlight: 4)
        for key: DestinationKey in ["a", "b"] {
            state.wake(key, at: .at(0))
            #expect(state.claims(at: .at(0), settings: settings()).map(\.destination) == [key])
            take(&state, key, 1, nextDue: .at(9), at: .at(0))
        }
        state.finished("b", [claimed(1)], answer(200), settings: crm, startedAt: .at(0), at: .at(1))
        state.forget("a")
        state.forget("b")
        #expect(state.inFlight == 1 && state.destinations["a"]?.inFlight == 1 && state.destinations["b"] == nil)
        state.finished("a", [claimed(1)], answer(200), settings: crm, startedAt: .at(0), at: .at(2))
        #expect(state.inFlight == 0 && state.claims(at: .at(99), settings: settings()).isEmpty)
    }

    @Test func aFullDestinationWaitsForResultsNotForTime() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, settings(), at: .at(0))
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty)
        #expect(state.nextWake() == nil)
        finish(&state, at: .at(5))
        #expect(state.claims(at: .at(5), settings: settings()).map(\.limit) == [1])
    }

    @Test func whatTheOutboxCouldNotGiveIsAskedForAgain() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        let claims = state.claims(at: .at(0), settings: settings())
        state.abandoned(claims)
        #expect(state.inFlight == 0)
        #expect(state.claims(at: .at(0), settings: settings()).map(\.limit) == [4])
    }

    @Test func pausedAndRemovedDestinationsAreLeftAlone() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        state.pause(DestinationPause(destination: "crm", reason: .manual, since: .at(0)))
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty)
        #expect(state.nextWake() == nil)
        state.resume("crm", at: .at(0))
        #expect(state.claims(at: .at(0)) { _ in nil }.isEmpty)
        #expect(state.claims(at: .at(0), settings: settings()).isEmpty, "until it is told that it came back")
        _ = state.follow(["crm"], at: .at(0)) { _ in "a" }
        #expect(state.claims(at: .at(0), settings: settings()).count == 1)
    }

    @Test func aDestinationThatIsGoneAndHasNothingIsForgotten() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, settings(1), nextDue: nil, at: .at(0))
        _ = state.follow(at: .at(0)) { _ in nil }
        #expect(state.destinations.count == 1, "it has a request under way")
        finish(&state, at: .at(1))
        _ = state.follow(at: .at(1)) { _ in nil }
        #expect(state.destinations.isEmpty)
        #expect(state.inFlight == 0)
    }

    @Test func anOpenBreakerLetsOneProbeThroughAtItsTime() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, settings(), at: .at(0))
        for number: Int64 in 1...4 { finish(&state, "crm", number, failure(.connect), at: .at(20)) }
        #expect(state.claims(at: .at(20), settings: settings()).isEmpty)
        #expect(state.nextWake() == .at(5020))
        let claims = state.claims(at: .at(5020), settings: settings())
        #expect(claims.map(\.limit) == [1])
        #expect(claims.map(\.avoiding) == [Set((1...4).map { DeliveryID($0) })])
    }

    @Test func anotherReceiverIsSentToAtOnce() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        _ = state.claims(at: .at(0), settings: settings())
        take(&state, "crm", 4, nextDue: .at(0), receiver: "a", at: .at(0))
        for number: Int64 in 1...4 { finish(&state, "crm", number, failure(.connect), at: .at(20)) }
        #expect(state.follow(at: .at(30)) { _ in "a" }.resumed == [])
        #expect(state.claims(at: .at(30), settings: settings()).isEmpty)
        #expect(state.follow(["other"], at: .at(30)) { _ in "b" }.resumed == [])
        #expect(state.claims(at: .at(30), settings: settings()).isEmpty)
        #expect(state.follow(["crm"], at: .at(30)) { _ in "b" }.resumed == [])
        #expect(take(&state, settings(), at: .at(30)).map(\.limit) == [4])
        for number: Int64 in 1...4 { finish(&state, "crm", number, at: .at(30)) }

        state.pause(DestinationPause(destination: "crm", reason: .gone, since: .at(30), receiver: "b"))
        #expect(state.follow(at: .at(40)) { _ in "b" }.resumed == [])
        #expect(state.follow(at: .at(40)) { _ in nil }.resumed == [], "a destination that is gone has no other address")
        #expect(state.claims(at: .at(40), settings: settings()).isEmpty)
        #expect(state.follow(at: .at(40)) { _ in "c" }.resumed == ["crm"])
        #expect(state.claims(at: .at(40), settings: settings()).map(\.limit) == [4])

        state.pause(DestinationPause(destination: "crm", reason: .manual, since: .at(50), receiver: "c"))
        #expect(state.follow(at: .at(60)) { _ in "d" }.resumed == [], "an operator's pause is the operator's to end")
    }

    @Test func rateLimitsBoundClaimsAndSetTheNextWake() {
        var state = DispatchState(capacity: 100, breaker: .init())
        let settings = settings(16, rate: RateLimit(count: 2, per: .seconds(1)))
        state.wake("crm", at: .at(0))
        #expect(take(&state, settings, at: .at(0)).map(\.limit) == [1])
        #expect(state.claims(at: .at(1), settings: settings).isEmpty)
        #expect(state.nextWake() == .at(500))
        #expect(state.claims(at: .at(500), settings: settings).map(\.limit) == [1])
    }

    // MARK: Shares

    /// Twenty destinations that do not respond must leave slots for one that does.
    @Test func slowDestinationsCannotTakeEverySlot() {
        var state = DispatchState(capacity: 100, breaker: .init())
        for index in 0..<20 { state.wake("slow\(index)", at: .at(0)) }
        for round: Int64 in 0...50 { take(&state, settings(16), at: .at(round)) }
        state.wake("healthy", at: .at(60))
        #expect(state.claims(at: .at(60), settings: settings(16)).contains { $0.destination == "healthy" })
    }

    @Test func aDestinationThatHangsHasOneProbingSlot() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, settings(), at: .at(0))
        finish(&state, "crm", 1, failure(.timeout), after: 10_000, at: .at(10_000))
        #expect(state.claims(at: .at(10_000), settings: settings()).isEmpty)
        for number: Int64 in 2...4 {
            finish(&state, "crm", number, failure(.timeout), after: 10_000, at: .at(10_000))
        }
        #expect(state.destinations["crm"]?.answers.standing == .hanging)
        #expect(take(&state, settings(), at: .at(20_000)).map(\.limit) == [1])
        #expect(state.claims(at: .at(20_000), settings: settings()).isEmpty)
        finish(&state, "crm", 1, at: .at(20_100))
        #expect(state.destinations["crm"]?.answers.standing == .answering)
        #expect(state.claims(at: .at(20_100), settings: settings()).map(\.limit) == [4])
    }

    /// With every slot that those that hang and those that are new may have in use, one that answers has what it needs.
    @Test func fiveThousandThatHangLeaveOneThatAnswersItsSlots() {
        var state = DispatchState(capacity: 1000, breaker: .init(failures: 1000))
        state.wake("healthy", at: .at(0))
        take(&state, settings(16), nextDue: nil, at: .at(0))
        for _ in 1...16 { finish(&state, "healthy", 1, at: .at(1)) }
        for index in 0..<5000 { state.wake("hanging\(index)", at: .at(2)) }
        take(&state, settings(16), at: .at(2))
        #expect(state.inFlight == 750)
        state.wake("healthy", at: .at(3))
        let claims = take(&state, settings(16), nextDue: nil, at: .at(3))
        #expect(claims.map(\.destination) == ["healthy"])
        #expect(claims.map(\.limit) == [16])
        for _ in 1...16 { finish(&state, "healthy", 1, at: .at(4)) }

        // Those that did not answer make place for those that were not tried yet.
        let tried = state.destinations.filter { $0.value.inFlight > 0 }
        for (key, destination) in tried {
            for number in 1...destination.inFlight {
                finish(&state, key, Int64(number), failure(.timeout), after: 10_000, at: .at(10_000))
            }
        }
        let next = take(&state, settings(16), at: .at(10_000))
        let again = next.filter { tried[$0.destination] != nil }.count
        #expect(again <= 62, "a sixteenth, for those that hang")
        #expect(next.count >= again + 400)
        // In the end all hang, and have a sixteenth of the slots together, each in its turn.
        for round: Int64 in 2...200 {
            for (key, destination) in state.destinations where destination.inFlight > 0 {
                for number in 1...destination.inFlight {
                    finish(&state, key, Int64(number), failure(.timeout), after: 10_000, at: .at(round * 10_000))
                }
            }
            take(&state, settings(16), at: .at(round * 10_000))
        }
        #expect(state.inFlight == 62)
        #expect(state.destinations.values.allSatisfy { $0.inFlight <= 1 })
        var seen: Set<DestinationKey> = []
        for round: Int64 in 201...282 {
            for (key, destination) in state.destinations where destination.inFlight > 0 {
                finish(&state, key, 1, failure(.timeout), after: 10_000, at: .at(round * 10_000))
            }
            seen.formUnion(take(&state, settings(16), at: .at(round * 10_000)).map(\.destination))
        }
        #expect(seen.count == 5000)
    }

    @Test func theOneThatUsedFewSlotsComesFirst() {
        var state = DispatchState(capacity: 4, breaker: .init())
        for key: DestinationKey in ["a", "b"] {
            state.wake(key, at: .at(0))
            take(&state, settings(1), nextDue: nil, at: .at(0))
        }
        finish(&state, "a", 1, after: 900, at: .at(900))
        finish(&state, "b", 1, after: 5, at: .at(901))
        state.wake("a", at: .at(902))
        state.wake("b", at: .at(902))
        #expect(state.claims(at: .at(902), settings: settings(1)).map(\.destination) == ["b", "a"])
        var record = AnswerRecord()
        record.ended(answer(200), after: .seconds(8), at: .at(0))
        #expect(record.slotUse(at: .at(0)) == 8000)
        #expect(record.slotUse(at: .at(10_000)) == 4000)
        #expect(record.slotUse(at: .at(1_000_000)) == 0)
    }

    /// What holds no slot is no hanging: a refused connection, an error after a while.
    @Test func onlyALongWaitForNothingIsHanging() {
        func standing(_ result: AttemptResult, after seconds: Int64) -> AnswerRecord.Standing {
            var record = AnswerRecord()
            record.ended(result, after: .seconds(seconds), at: .at(0))
            return record.standing
        }
        #expect(standing(failure(.connect), after: 0) == .answering)
        #expect(standing(answer(500), after: 8) == .answering)
        #expect(standing(answer(200), after: 8) == .answering)
        #expect(standing(failure(.timeout), after: 8) == .hanging)
        #expect(standing(failure(.reset), after: 8) == .hanging)
        #expect(standing(failure(.interrupted), after: 8) == .untried)
    }

    @Test func aLocalShortageLowersTheNumberOfRequestsUntilOthersSucceed() {
        var state = DispatchState(capacity: 100, breaker: .init())
        state.wake("crm", at: .at(0))
        take(&state, settings(20), at: .at(0))
        #expect(state.inFlight == 20)
        for _ in 1...10 { finish(&state, "crm", 1, failure(.localShortage), at: .at(1)) }
        #expect(state.inFlight == 10)
        finish(&state, "crm", 1, at: .at(2))
        #expect(take(&state, settings(20), at: .at(2)).map(\.limit).reduce(0, +) <= 3)
    }
}
