import RelayAPI
import RelayConfig
import RelayCore
import RelayDestinations
import RelayJSON
import Testing

/// A webhook over REST and a destination in YAML have the same grammar: the same values are valid, and the error
/// messages are equal.
struct WebhookGrammarTests {
    private static let root = "/api/v1/sessions/abc-123/webhooks"

    private static let registry = ConfigurationKindRegistry(
        stages: [], destinations: [WebhookDestinationOptions.self], formats: [], transports: [])

    /// Values of options, tested together with a URL.
    static let values: [(option: String, values: [JSON])] = [
        (
            "url",
            [
                "https://a.example/x?y=1", "ftp://a.example", "a.example", "https://u:p@a.example", "", 7,
                "https://müller.example/ç", "https://{{host}}/x", "https://a.example/{{payload.chatId}}",
                "https://%ff.example",
            ]
        ),
        ("timeout", ["1ms", "600s", "10m", "500ms", "0s", "601s", "0ms", "10", 10, "1.5s", "-1s", true, [], [:]]),
        ("max_in_flight", [1, 1000, "8", 0, 1001, 1.5, "many", [:]]),
        ("rate_limit", ["20/s", "600/m", "1000/h", "0/s", "20", 20, "20/d", true]),
        ("ordering", ["per_chat", "none", "per_chatt", "", 1]),
        ("events", [["message.*"], "message.received", "*", [], ["a*b"], [""], [:]]),
        (
            "headers",
            [
                ["X-Team": "sales"], ["X-Team": 7], ["X-Chat": "{{payload.chatId}}"], ["X-Chat": "{{payload"], [:],
                ["X-Team": "a\r\nX-Evil: 1"], ["no good": "x"], ["X": nil], ["Webhook-Id": "1"],
                ["Content-Type": "a/b"], ["Content-Length": "1"], ["X-A": "1", "x-a": "2"], "X: y", ["X"],
            ]
        ),
        ("body", ["{{payload.text}}", "", "{{#a}}", "{{> other}}", "{{=<% %>=}}", 7, [:]]),
        ("content_type", ["application/json"]),
        (
            "batch",
            [
                [:], ["max_events": 5, "max_wait": "1s", "max_bytes": "2MiB"], ["max_events": 0],
                ["max_wait": "2h"], ["max_wait": 5], ["max_bytes": "1B"], ["max_events": nil], ["size": 1], "yes",
            ]
        ),
        (
            "retry",
            [
                "standard", "default", "standart", ["max_attempts": 5], ["max_attempts": 0], ["max_attemps": 1],
                ["backoff": ["initial_interval": 5]], ["retry_on": ["5xx", "timout"]], ["extends": "nobody"], 7, [],
            ]
        ),
        (
            "secret",
            [
                "any-text", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_YWJj", "whsec_not base64", "with space",
                "é", "", 7,
            ]
        ),
        ("secrets", [["a", "b"], "a", [], ["whsec_YWJj"], ["a", "b", "c"], ["a", "b", "c", "d"]]),
        (
            "criteria",
            [
                [
                    "chats": ["private", "group"], "from_me": false, "types": ["text"], "history": false,
                    "max_age": "10m",
                ],
                ["chats": "status"], ["chats": ["team"]], ["chats": []], ["from_me": "maybe"], ["max_age": 5], [:],
                ["chat": ["group"]], ".payload.isGroup", [], 7,
            ]
        ),
        ("timout", ["10s"]),
    ]

    private static let cases: [JSONObject] =
        values.flatMap { option, values in
            values.map { value in
                var document: JSONObject = ["url": "https://crm.example/hook"]
                document[option] = value
                return document
            }
        } + [
            [:],
            ["url": "https://a.example", "body": "x", "content_type": "html"],
            ["url": "https://a.example", "body": "x", "content_type": "text/html"],
            ["url": "https://a.example", "body": "x", "batch": [:]],
            ["url": "https://a.example", "headers": ["X": "{{a}}"], "batch": [:]],
            ["url": "https://a.example", "secret": "a", "secrets": ["b"]],
            ["url": "nowhere", "timeout": 1, "ordering": "no", "headers": ["a b": "x"], "retry": 3, "contenttype": 1],
        ]

    /// The mistakes in a destination in YAML. JSON text is also valid YAML.
    private func mistakesInYAML(_ document: JSONObject) -> [String] {
        var document = document
        document["type"] = "webhook"
        do {
            _ = try Self.registry.destination(
                yaml: JSON.object(document).text,
                retryPolicies: ["default": RetryPolicy(), "standard": RetryPolicy(maxAttempts: 12)])
            return []
        } catch {
            return error.diagnostics.filter { $0.severity == .error }.map { mistake in
                let message = mistake.message.replacing("destination \"crm\"", with: "a webhook")
                return message + (mistake.help.map { "; \($0)" } ?? "")
            }
        }
    }

    @Test(arguments: cases)
    func theSameIsTakenAndTheSameIsSaid(document: JSONObject) async throws {
        let expected = mistakesInYAML(document)
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let answer = try await client.post(Self.root, .object(document))
            #expect(answer.status == (expected.isEmpty ? 201 : 422))
            let messages = (answer.json["error"]?["details"]?.array ?? []).compactMap { $0["message"]?.string }
            #expect(messages.sorted() == expected.sorted())
            #expect(answer.places.allSatisfy { $0.hasPrefix("/") })
        }
        #expect(try await api.store.webhooks().count == (expected.isEmpty ? 1 : 0))
    }

    /// An unknown event type is a warning in YAML, but an error over REST, where a warning would not be noticed.
    @Test func anEventTypeThatNothingMakesIsRefused() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let answer = try await client.post(
                Self.root, ["url": "https://a.example", "events": ["message.*", "message.recieved"]])
            #expect(answer.status == 422 && answer.places == ["/events/1"])
            #expect(answer.message?.hasSuffix("did you mean \"message.received\"?") == true)
            let sent = try await client.post(Self.root, ["url": "https://a.example", "events": ["message.send"]])
            #expect(sent.status == 201)
        }
    }
}
