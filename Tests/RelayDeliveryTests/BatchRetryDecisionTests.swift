import RelayCore
import RelayDelivery
import Testing

struct BatchRetryDecisionTests {
    private static let patient = RetryPolicy(
        maxAttempts: 4, initialInterval: .seconds(1), retryOn: RetryPolicy.transient)

    /// - Parameter attempts: the number of attempts of each delivery, including this one; the ids are 1, 2 …
    private func decide(
        _ result: AttemptResult,
        attempts: [Int],
        policy: RetryPolicy = BatchRetryDecisionTests.patient,
        isBatching: Bool = true
    ) -> BatchRetryDecision {
        BatchRetryDecision(
            after: result,
            of: attempts.enumerated().map { claimed(Int64($0.offset + 1), attempt: $0.element) },
            isBatching: isBatching,
            policy: policy,
            now: .at(100),
            random: 0.5
        )
    }

    private func ids(_ decision: BatchRetryDecision) -> [Int64?] { decision.batches.map { $0?.rawValue } }

    @Test func successIsEverybodys() {
        #expect(decide(answer(200), attempts: [1, 3]).decisions == [.delivered, .delivered])
    }

    @Test func aFailedBatchIsRetriedAsItWas() {
        for result in [answer(503), answer(429), failure(.timeout), failure(.connect)] {
            let decision = decide(result, attempts: [1, 1, 1])
            #expect(decision.decisions == Array(repeating: .retry(at: .at(1100)), count: 3))
            #expect(ids(decision) == [1, 1, 1])
        }
    }

    @Test func whoHasWaitedLessWaitsForTheOthers() {
        let decision = decide(answer(503), attempts: [1, 2])
        #expect(decision.decisions == [.retry(at: .at(2100)), .retry(at: .at(2100))])
        #expect(ids(decision) == [1, 1])
    }

    @Test(arguments: [400, 401, 404, 422, 501]) func aRefusedBatchIsSentOneByOneAtOnce(status: Int) {
        var policy = Self.patient
        policy.retryOn = [.network, .status(503)]
        let decision = decide(answer(status), attempts: [1, 2, 3], policy: policy)
        #expect(decision.decisions == Array(repeating: .retry(at: .at(100)), count: 3))
        #expect(ids(decision) == [1, 2, 3])
    }

    /// Stage-07's policy also retries a 400; retrying the same batch of a hundred three times would make a hundred dead
    /// letters.
    @Test func aRefusalIsOneEvenWhereThePolicyRetriesIt() {
        let decision = decide(answer(400), attempts: [1, 1], policy: RetryPolicy())
        #expect(decision.decisions == [.retry(at: .at(100)), .retry(at: .at(100))])
        #expect(ids(decision) == [1, 2])
    }

    @Test func whatIsTooLargeIsHalvedWhileThereAreAttempts() {
        let halved = decide(answer(413), attempts: [1, 1, 1, 1, 1])
        #expect(halved.decisions == Array(repeating: .retry(at: .at(100)), count: 5))
        #expect(ids(halved) == [1, 1, 1, 4, 4])
        #expect(ids(decide(answer(413), attempts: [3, 3, 3])) == [1, 2, 3], "the last attempt is each one's own")
    }

    @Test func beforeItsLastAttemptABatchIsTakenApart() {
        #expect(ids(decide(answer(500), attempts: [2, 2])) == [1, 1])
        let last = decide(answer(500), attempts: [3, 3])
        #expect(last.decisions == [.retry(at: .at(4100)), .retry(at: .at(4100))])
        #expect(ids(last) == [1, 2])
        #expect(ids(decide(failure(.reset), attempts: [1, 3])) == [1, 2])
        // The receiver has not processed the events, so splitting the batch would reveal nothing.
        #expect(ids(decide(failure(.connect), attempts: [3, 3])) == [1, 1])
        #expect(ids(decide(answer(429), attempts: [3, 3])) == [1, 1])
    }

    @Test func attemptsNeverExceedThePolicy() {
        #expect(decide(answer(400), attempts: [4, 4]).decisions == [.dead(.refused), .dead(.refused)])
        #expect(decide(answer(413), attempts: [4, 1]).decisions == [.dead(.refused), .retry(at: .at(100))])
        #expect(decide(answer(503), attempts: [4, 1]).decisions == [.dead(.exhausted), .retry(at: .at(1100))])
        var brief = Self.patient
        brief.maxElapsedTime = .milliseconds(50)
        #expect(decide(answer(400), attempts: [1, 1], policy: brief).decisions == [.dead(.refused), .dead(.refused)])
    }

    @Test func goneParksAndAnInterruptionRepeats() {
        let gone = decide(answer(410), attempts: [1, 1])
        #expect(gone.decisions == [.park, .park])
        #expect(ids(gone) == [1, 1])
        let interrupted = decide(failure(.interrupted), attempts: [1, 1])
        #expect(interrupted.decisions == [.retry(at: .at(100)), .retry(at: .at(100))])
        #expect(ids(interrupted) == [1, 1])
    }

    @Test func oneByItselfKeepsToItselfWhereBatchesAreMade() {
        #expect(ids(decide(answer(400), attempts: [1])) == [1])
        #expect(decide(answer(400), attempts: [1]).decisions == [.dead(.refused)])
        #expect(ids(decide(answer(503), attempts: [1], isBatching: false)) == [nil])
    }
}
