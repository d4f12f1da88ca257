import RelayConfig
import RelayCore
import RelayJSON
import Testing

@Suite struct RetryPolicyTests {
    static func load(_ config: String, _ environment: [String: String] = [:]) throws -> RelayConfiguration {
        try Workspace.config(config).load(environment).configuration
    }

    @Test func defaultIsAlwaysThereAndAsStage07HasIt() throws {
        #expect(try Self.load("version: 1\n").retryPolicies == ["default": RetryPolicy()])
    }

    @Test func whatAPolicyDoesNotSayComesFromDefault() throws {
        let policies = try Self.load(
            """
            retry_policies:
              default: { max_attempts: 7, backoff: { initial_interval: 4s, jitter: equal } }
              mine: { backoff: { multiplier: 1.5 } }
            """
        ).retryPolicies
        #expect(policies["default"] == RetryPolicy(maxAttempts: 7, initialInterval: .seconds(4), jitter: .equal))
        #expect(
            policies["mine"]
                == RetryPolicy(maxAttempts: 7, initialInterval: .seconds(4), multiplier: 1.5, jitter: .equal)
        )
    }

    @Test func extendsGoesOverSeveralPoliciesInAnyOrder() throws {
        let policies = try Self.load(
            """
            retry_policies:
              c: { extends: b, max_elapsed_time: none }
              b: { extends: a, max_attempts: 20 }
              a: { max_attempts: 10, max_elapsed_time: 1h, retry_on: [5xx] }
            """
        ).retryPolicies
        #expect(policies["b"]?.maxAttempts == 20)
        #expect(policies["b"]?.maxElapsedTime == .seconds(3600))
        #expect(policies["c"]?.maxAttempts == 20)
        #expect(policies["c"]?.maxElapsedTime == nil)
        #expect(policies["c"]?.retryOn == [.statusClass(5)])
    }

    @Test func aDestinationNamesAPolicyOrHasItsOwn() throws {
        let destinations = try Self.load(
            """
            retry_policies:
              standard: { max_attempts: 12, backoff: { initial_interval: 1s } }
            destinations:
              a: { type: webhook, url: https://a.example.com }
              b: { type: webhook, url: https://b.example.com, retry: standard }
              c: { type: webhook, url: https://c.example.com, retry: { extends: standard, max_elapsed_time: 2h } }
              d: { type: webhook, url: https://d.example.com, retry: { max_attempts: 1 } }
            """
        ).destinations
        #expect(destinations[0].settings.retry == RetryPolicy())
        #expect(destinations[1].settings.retry == RetryPolicy(maxAttempts: 12, initialInterval: .seconds(1)))
        #expect(
            destinations[2].settings.retry
                == RetryPolicy(maxAttempts: 12, initialInterval: .seconds(1), maxElapsedTime: .seconds(7200))
        )
        #expect(destinations[3].settings.retry == RetryPolicy(maxAttempts: 1))
    }

    @Test func theEnvironmentSetsWhatTheFileDoesNot() throws {
        let environment = [
            "WEBHOOK_RETRY_ATTEMPTS": "5", "WEBHOOK_RETRY_DELAY_MS": "500", "WEBHOOK_TIMEOUT_MS": "30000",
            "WEBHOOK_MAX_BODY_SIZE": "2048",
        ]
        let configuration = try Self.load(
            """
            retry_policies:
              default: { max_attempts: 4 }
              mine: { backoff: { multiplier: 3 } }
            destinations:
              a: { type: webhook, url: https://a.example.com }
              b: { type: webhook, url: https://b.example.com, timeout: 2s }
            """,
            environment
        )
        #expect(
            configuration.retryPolicies["default"] == RetryPolicy(maxAttempts: 4, initialInterval: .milliseconds(500)))
        #expect(configuration.retryPolicies["mine"]?.initialInterval == .milliseconds(500))
        #expect(configuration.destinations.map(\.timeout) == [.seconds(30), .seconds(2)])
        #expect(configuration.webhookTimeout == .seconds(30))
        #expect(configuration.maxResponseBody == 2048)
        #expect(try Self.load("version: 1\n", environment).retryPolicies["default"]?.maxAttempts == 5)
    }

    @Test func theResponseCapIsAtMostOneMebibyte() throws {
        #expect(try Self.load("version: 1\n", ["WEBHOOK_MAX_BODY_SIZE": "99999999"]).maxResponseBody == 1 << 20)
        #expect(try Self.load("version: 1\n", ["WEBHOOK_MAX_BODY_SIZE": ""]).maxResponseBody == 1 << 20)
    }

    @Test func wrongVariablesAreNamed() {
        let report = Workspace.config("version: 1\n").report(
            ["WEBHOOK_TIMEOUT_MS": "10s", "WEBHOOK_RETRY_ATTEMPTS": "0", "WEBHOOK_RETRY_DELAY_MS": "-1"]
        )
        #expect(
            report == """
                environment: error: WEBHOOK_TIMEOUT_MS must be a whole number from 1 to 600000
                     = help: give milliseconds, or unset it
                environment: error: WEBHOOK_RETRY_ATTEMPTS must be a whole number from 1 to 1000
                     = help: give the number of attempts, the first included, or unset it
                environment: error: WEBHOOK_RETRY_DELAY_MS must be a whole number from 1 to 86400000
                     = help: give milliseconds, or unset it
                3 errors, 0 warnings
                """
        )
    }
}
