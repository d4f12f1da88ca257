import RelayCore
import RelayDelivery
import Testing

struct RetryDecisionTests {
    private let policy = RetryPolicy()

    private func decide(
        _ result: AttemptResult,
        attempt: Int = 1,
        policy: RetryPolicy? = nil,
        random: Double = 0.5,
        now: Timestamp = .at(100)
    ) -> RetryDecision {
        RetryDecision(
            after: result,
            of: claimed(attempt: attempt),
            policy: policy ?? self.policy,
            now: now,
            random: random
        )
    }

    @Test func successEndsTheDelivery() {
        #expect(decide(answer(204)) == .delivered)
    }

    /// "2s → 4s → 8s" of stage-07 with its three attempts: two waits.
    @Test func defaultPolicyWaitsTwoAndFourSecondsThenGivesUp() {
        #expect(decide(answer(500), attempt: 1) == .retry(at: .at(2100)))
        #expect(decide(answer(500), attempt: 2) == .retry(at: .at(4100)))
        #expect(decide(answer(500), attempt: 3) == .dead(.exhausted))
    }

    @Test func intervalsGrowToTheirLimitWithoutOverflow() {
        let policy = RetryPolicy(maxAttempts: 1000, initialInterval: .seconds(1), maxInterval: .seconds(300))
        let waits = [1, 2, 3, 9, 10, 500].map { policy.interval(afterAttempt: $0) }
        #expect(waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(256), .seconds(300), .seconds(300)])
    }

    @Test(arguments: [(0.0, 0), (0.5, 500), (0.999, 999)])
    func fullJitterSpreadsFromZero(random: Double, milliseconds: Int64) {
        let policy = RetryPolicy(initialInterval: .seconds(1), jitter: .full)
        #expect(decide(answer(500), policy: policy, random: random) == .retry(at: .at(100 + milliseconds)))
    }

    @Test func retryAfterIsAFloorWithinItsBound() {
        #expect(decide(answer(503, retryAfter: .seconds(30))) == .retry(at: .at(30_100)))
        #expect(decide(answer(503, retryAfter: .seconds(1))) == .retry(at: .at(2100)))
        #expect(decide(answer(503, retryAfter: .seconds(10 * 365 * 86_400))) == .retry(at: .at(3_600_100)))
        let deaf = RetryPolicy(respectRetryAfter: false)
        #expect(decide(answer(429, retryAfter: .seconds(30)), policy: deaf) == .retry(at: .at(2100)))
    }

    /// The receiver says when it has room; a policy's wait would leave room unused.
    @Test func after429TheReceiversWaitIsTheWait() {
        #expect(decide(answer(429, retryAfter: .seconds(30))) == .retry(at: .at(30_100)))
        #expect(decide(answer(429, retryAfter: .seconds(1))) == .retry(at: .at(1100)))
        #expect(decide(answer(429, retryAfter: .zero)) == .retry(at: .at(1100)), "never at once")
        #expect(decide(answer(429)) == .retry(at: .at(2100)))
        #expect(decide(answer(429, retryAfter: .seconds(1)), attempt: 3) == .dead(.exhausted))
        let deaf = RetryPolicy(respectRetryAfter: false)
        #expect(decide(answer(429, retryAfter: .seconds(1)), policy: deaf) == .retry(at: .at(2100)))
    }

    @Test func noRetryIsScheduledBeyondTheElapsedTime() {
        let policy = RetryPolicy(maxAttempts: 9, maxElapsedTime: .seconds(3))
        #expect(decide(answer(500), attempt: 1, policy: policy) == .retry(at: .at(2100)))
        #expect(decide(answer(500), attempt: 2, policy: policy, now: .at(2200)) == .dead(.expired))
    }

    @Test func goneParksAndBlockedAddressesDieAtOnce() {
        #expect(decide(answer(410)) == .park)
        #expect(decide(failure(.blockedAddress)) == .dead(.blockedDestination))
        #expect(decide(failure(.invalidRequest)) == .dead(.invalidRequest))
    }

    /// Five interrupted attempts do not count; with more the policy has its end.
    @Test func interruptionsAreRetriedAtOnce() {
        func decide(attempt: Int, interruptions: Int) -> RetryDecision {
            RetryDecision(
                after: failure(.interrupted), of: claimed(attempt: attempt, interruptions: interruptions),
                policy: policy, now: .at(100), random: 0.5)
        }
        for interruptions in 0..<5 {
            #expect(decide(attempt: 3, interruptions: interruptions) == .retry(at: .at(100)))
        }
        #expect(decide(attempt: 2, interruptions: 5) == .retry(at: .at(100)))
        #expect(decide(attempt: 3, interruptions: 5) == .dead(.interrupted))
    }

    @Test func whatThisMachineCouldNotSendIsNoAttempt() {
        #expect(decide(failure(.localShortage), attempt: 3) == .unsent(until: .at(1100)))
    }

    @Test(arguments: [
        (301, false), (400, false), (404, false), (408, true), (425, true), (429, true), (500, true), (503, true),
    ])
    func transientConditionsChooseByStatus(status: Int, isRetried: Bool) {
        let policy = RetryPolicy(retryOn: RetryPolicy.transient)
        #expect(decide(answer(status), policy: policy) == (isRetried ? .retry(at: .at(2100)) : .dead(.refused)))
        #expect(decide(answer(status)) == .retry(at: .at(2100)), "stage-07 retries whatever is not 2xx")
    }

    @Test func networkAndTimeoutAreConditionsOfTheirOwn() {
        let policy = RetryPolicy(retryOn: [.timeout])
        #expect(decide(failure(.timeout), policy: policy) == .retry(at: .at(2100)))
        #expect(decide(failure(.connect), policy: policy) == .dead(.refused))
        #expect(decide(failure(.tls), policy: RetryPolicy(retryOn: [.network])) == .retry(at: .at(2100)))
    }
}
