import RelayConfig
import RelayCore
import RelayDestinations
import RelayJSON
import Testing

/// The options of webhooks, given as JSON.
struct ManagedWebhookOptionsReaderTests {
    /// The real options, not the substitute that other configuration tests use.
    private typealias WebhookDestinationOptions = RelayDestinations.WebhookDestinationOptions

    private static let reader = ManagedWebhookOptionsReader(
        kind: WebhookDestinationOptions.self,
        policies: [
            "default": RetryPolicy(), "slow": RetryPolicy(maxAttempts: 9, initialInterval: .seconds(10)),
        ],
        timeout: .seconds(7),
        urlCheck: { $0.contains("denied") ? "it is denied" : nil }
    )

    private func read(retry: JSON) throws -> RetryPolicy {
        try Self.reader.read(["url": "https://a.example", "retry": retry]).destination.settings.retry
    }

    @Test func aRetryPolicyIsANameOrOptions() throws {
        #expect(try Self.reader.read(["url": "https://a.example"]).destination.settings.retry == RetryPolicy())
        #expect(try read(retry: "slow").maxAttempts == 9)
        let own = try read(
            retry: ["extends": "slow", "backoff": ["multiplier": 2.5, "jitter": "full"], "retry_on": [429, "5xx"]])
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
        ([], "\"retry\" must be a retry policy's name, or a map of its options, not a list", ""),
        (["extends": "${HOME}"], "there is no retry policy \"${HOME}\"; there is default, slow", "/extends"),
    ]

    @Test(arguments: mistakes)
    func aMistakeHasAPointer(json: JSON, message: String, pointer: String) throws {
        let mistake = InvalidOptionsError.Mistake(message: message, pointer: "/retry" + pointer)
        #expect(throws: InvalidOptionsError(mistakes: [mistake])) { try read(retry: json) }
    }

    @Test func referencesAreText() throws {
        let headers: JSON = ["A": "${HOME}", "B": "${file:/etc/hostname}", "C": "$$"]
        let reading = try Self.reader.read(["url": "https://a.example/${HOME}", "headers": headers, "body": "${HOME}"])
        let options = try #require(reading.destination.options as? WebhookDestinationOptions)
        #expect(options.url == "https://a.example/$%7BHOME%7D")
        #expect(options.request.body?.source == "${HOME}")
        #expect(throws: InvalidOptionsError.self) {
            try Self.reader.read(["url": "https://a.example", "timeout": "${TIMEOUT:-5s}"])
        }
    }

    @Test func whatTheGuardDeniesIsRefusedWhenItIsSetAndStaysWhenItIsStored() throws {
        let mistake = InvalidOptionsError.Mistake(message: "\"url\": it is denied", pointer: "/url")
        #expect(throws: InvalidOptionsError(mistakes: [mistake])) {
            try Self.reader.read(["url": "https://denied.example"])
        }
        let webhook = SessionWebhook(
            id: "wh_1", session: "s", url: "https://denied.example", createdAt: Timestamp(seconds: 0))
        let reading = try #require(Self.reader.stored(webhook))
        #expect(reading.destination.timeout == .seconds(7))
    }

    @Test func aStoredOptionThatDoesNotHoldAnyMoreIsLeftOut() throws {
        var webhook = SessionWebhook(
            id: "wh_1", session: "s", url: "https://a.example", createdAt: Timestamp(seconds: 0))
        webhook.options["retry"] = "dropped"
        webhook.options["max_in_flight"] = 3
        webhook.secrets = [
            WebhookSigningSecret(value: "k", createdAt: webhook.createdAt, expiresAt: Timestamp(seconds: 9))
        ]
        let reading = try #require(Self.reader.stored(webhook))
        #expect(reading.destination.settings.retry == RetryPolicy())
        #expect(reading.destination.settings.maxInFlight == 3)
        #expect(reading.destination.secrets == webhook.secrets)
        #expect(reading.warnings.map(\.pointer) == ["/retry"])
        webhook.options["url"] = "nowhere"
        #expect(Self.reader.stored(webhook) == nil)
    }
}
