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

    // MARK: policies given as JSON

    static func named() throws -> RelayConfiguration {
        try load("retry_policies:\n  slow: { max_attempts: 9, backoff: { initial_interval: 10s } }\n")
    }

    @Test func jsonTakesNothingANameOrOptions() throws {
        let configuration = try Self.named()
        #expect(try configuration.retryPolicy(from: nil) == RetryPolicy())
        #expect(try configuration.retryPolicy(from: .null) == RetryPolicy())
        #expect(try configuration.retryPolicy(from: "slow").maxAttempts == 9)
        let own = try configuration.retryPolicy(
            from: ["extends": "slow", "backoff": ["multiplier": 2.5, "jitter": "full"], "retry_on": [429, "5xx"]]
        )
        #expect(
            own
                == RetryPolicy(
                    maxAttempts: 9,
                    initialInterval: .seconds(10),
                    multiplier: 2.5,
                    jitter: .full,
                    retryOn: [.status(429), .statusClass(5)]
                )
        )
    }

    static let mistakes: [(JSON, String, String)] = [
        ("fast", "there is no retry policy \"fast\"; there is default, slow", ""),
        (["max_attempts": 0], "\"max_attempts\" must be a whole number from 1 to 1000, not \"0\"", "/max_attempts"),
        (["max_attemps": 1], "retry has no option \"max_attemps\"; did you mean \"max_attempts\"?", "/max_attemps"),
        (
            ["backoff": ["initial_interval": 5]],
            "\"initial_interval\" needs a unit; write 5s for seconds or 5ms for milliseconds",
            "/backoff/initial_interval"
        ),
        (
            ["retry_on": ["5xx", "timout"]], "\"retry_on\" cannot have \"timout\"; did you mean \"timeout\"?",
            "/retry_on/1"
        ),
        (["extends": "slwo"], "there is no retry policy \"slwo\"; did you mean \"slow\"?", "/extends"),
        (7, "there is no retry policy \"7\"; there is default, slow", ""),
        (
            [],
            "\"retry\" must be a retry policy's name, or a map of its options, not a list",
            ""
        ),
        (["extends": "${HOME}"], "there is no retry policy \"${HOME}\"; there is default, slow", "/extends"),
    ]

    @Test(arguments: mistakes)
    func jsonMistakesHaveAPointer(json: JSON, message: String, pointer: String) throws {
        let configuration = try Self.named()
        #expect(throws: InvalidOptionError(message: message, pointer: pointer)) {
            try configuration.retryPolicy(from: json)
        }
    }
}
