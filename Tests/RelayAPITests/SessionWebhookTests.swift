import RelayAPI
import RelayCore
import RelayJSON
import Testing

struct SessionWebhookTests {
    private let root = "/api/v1/sessions/abc-123/webhooks"

    private static let everything: JSON = [
        "url": "https://crm.example/hook", "events": ["message.*", "session.connected"],
        "headers": ["X-Team": "sales", "Authorization": "Bearer canary-credential", "X-Chat": "{{payload.chatId}}"],
        "body": "{{payload.text}}", "content_type": "text/plain", "secret": "my-own-secret-text",
        "retry": ["max_attempts": 5], "ordering": "none", "max_in_flight": 4, "rate_limit": "20/s",
        "timeout": "5000ms", "enabled": false,
    ]

    @Test func aWebhookIsCreatedWithEverythingAndReadWithoutSecrets() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let created = try await client.post(root, Self.everything)
            #expect(created.status == 201)
            let id = try #require(created.data["id"]?.string)
            var expected: JSON = [
                "id": .string(id), "session": "abc-123", "url": "https://crm.example/hook",
                "events": ["message.*", "session.connected"], "criteria": nil,
                "headers": ["X-Team": "sales", "Authorization": "***", "X-Chat": "{{payload.chatId}}"],
                "body": "{{payload.text}}", "content_type": "text/plain", "batch": nil,
                "secret": ["set": true, "last4": "text", "value": "my-own-secret-text"],
                "previous_secret_expires_at": nil, "retry": ["max_attempts": 5], "ordering": "none",
                "max_in_flight": 4, "rate_limit": "20/s", "timeout": "5s", "timeout_ms": 5000, "enabled": false,
                "effective": [
                    "ordering": "none", "max_in_flight": 4, "rate_limit": "20/s",
                    "retry": [
                        "max_attempts": 5,
                        "backoff": [
                            "initial_interval": "2s", "max_interval": "5m", "multiplier": 2, "jitter": "none",
                        ],
                        "max_elapsed_time": "none",
                        "retry_on": ["1xx", "3xx", "4xx", "5xx", "network", "timeout"],
                        "respect_retry_after": true,
                    ],
                    "events": ["message.*", "session.connected"], "timeout": "5s",
                ],
                "warnings": [],
                "created_at": "2025-11-13T10:30:00.000Z", "updated_at": "2025-11-13T10:30:00.000Z",
            ]
            #expect(created.data == expected)
            expected["secret"] = ["set": true, "last4": "text"]
            let shown = try await client.get("\(root)/\(id)")
            #expect(shown.data == expected)
            #expect(try await client.get(root).data == [expected])
            for answer in [shown, try await client.get(root), try await client.get("/api/v1/sessions")] {
                let text = String(decoding: answer.bytes, as: UTF8.self)
                #expect(!text.contains("canary-credential") && !text.contains("my-own-secret-text"))
            }
        }
        let stored = try #require(try await api.store.webhooks().first)
        #expect(stored.options["headers"]?["Authorization"] == "Bearer canary-credential")
        #expect(stored.options["timeout"] == "5000ms" && !stored.isEnabled)
        #expect(stored.options["secret"] == nil && stored.secrets.map(\.value) == ["my-own-secret-text"])
    }

    @Test func aBatchIsSetAndShownWithItsDefaults() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let answer = try await client.patch("\(root)/\(webhook.id)", ["batch": ["max_events": 5]])
            #expect(answer.data["batch"] == ["max_events": 5])
            let effective: JSON = ["max_events": 5, "max_wait": "2s", "max_bytes": "1MiB"]
            #expect(answer.data["effective"]?["batch"] == effective)
            // A value that causes a warning in YAML is accepted, and the warning is returned.
            let once = try await client.patch("\(root)/\(webhook.id)", ["retry": ["max_attempts": 1]])
            #expect(once.status == 200)
            #expect(once.data["warnings"]?[0]?["pointer"] == "/batch")
        }
    }

    /// `timeout_ms` is another name for the option `timeout`, with the same value and range.
    @Test func theTimeoutHasTwoSpellings() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        let path = "\(root)/\(webhook.id)"
        try await api.run { client in
            for (given, text, milliseconds) in [
                (["timeout_ms": 1], "1ms", 1), (["timeout": "10m"], "10m", 600_000),
                (["timeout_ms": 600_000], "10m", 600_000),
            ] as [(JSON, JSON, JSON)] {
                let answer = try await client.patch(path, given)
                #expect(answer.data["timeout"] == text && answer.data["timeout_ms"] == milliseconds)
                #expect(answer.data["effective"]?["timeout"] == text)
            }
            for given in [["timeout_ms": 0], ["timeout_ms": 600_001], ["timeout_ms": -1]] as [JSON] {
                let answer = try await client.patch(path, given)
                #expect(answer.status == 422 && answer.places == ["/timeout_ms"])
                #expect(answer.message?.hasPrefix("/timeout_ms: \"timeout_ms\" must be a duration") == true)
            }
            let different = try await client.patch(path, ["timeout": "1s", "timeout_ms": 1001])
            #expect(different.status == 422 && different.places == ["/timeout_ms"])
            // An answer shows both, so both can be sent back.
            for both in [
                ["timeout": "1s", "timeout_ms": 1000], ["timeout": nil, "timeout_ms": 1000],
                ["timeout": "1s", "timeout_ms": nil],
            ] as [JSON] {
                #expect(try await client.patch(path, both).data["timeout"] == "1s")
            }
            let cleared = try await client.patch(path, ["timeout_ms": nil])
            #expect(cleared.data["timeout"] == JSON.null && cleared.data["timeout_ms"] == JSON.null)
            #expect(cleared.data["effective"]?["timeout"] == "10s")
        }
    }

    @Test func nullIsTheDefaultAndWhatIsAbsentStays() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let id = try #require(try await client.post(root, Self.everything).data["id"]?.string)
            let path = "\(root)/\(id)"
            let before = try #require(try await api.store.webhook(id)).options
            #expect(try await client.patch(path, [:]).status == 200)
            #expect(try await api.store.webhook(id)?.options == before)
            let nulls = before.keys.filter { $0 != "url" }.map { ($0, JSON.null) }
            let cleared = try await client.patch(path, .object(JSONObject(nulls + [("enabled", .null)])))
            #expect(cleared.status == 200)
            #expect(try await api.store.webhook(id)?.options == ["url": "https://crm.example/hook"])
            #expect(cleared.data["enabled"] == true && cleared.data["secret"]?["last4"] == "text")
            let withoutURL = try await client.patch(path, ["url": nil])
            #expect(withoutURL.status == 422 && withoutURL.places == ["/url"])
        }
    }

    /// A webhook that names a removed policy uses the default policy, reports that, and can still be disabled.
    @Test func anOptionThatDoesNotHoldAnyMoreHasItsDefault() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        api.store.edit { $0.webhooks[0].options["retry"] = "dropped" }
        try await api.run { client in
            let shown = try await client.get("\(root)/\(webhook.id)")
            #expect(shown.data["retry"] == "dropped")
            #expect(shown.data["effective"]?["retry"]?["max_attempts"] == 3)
            #expect(shown.data["warnings"]?[0]?["pointer"] == "/retry")
            #expect(try await client.patch("\(root)/\(webhook.id)", ["enabled": false]).status == 200)
            let changed = try await client.patch("\(root)/\(webhook.id)", ["timeout": "1s"])
            #expect(changed.status == 422 && changed.places == ["/retry"])
        }
    }

    @Test func severalKeysAreSetAtOnceAndNotBesideOne() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let path = "\(root)/\(webhook.id)"
            #expect(try await client.patch(path, ["secrets": ["new-key", "old-key"]]).status == 200)
            #expect(try await api.store.webhook(webhook.id)?.secrets.map(\.value) == ["new-key", "old-key"])
            // None is the default of the list; it does not take the keys away.
            for none in [["secrets": nil], ["secrets": []]] as [JSON] {
                #expect(try await client.patch(path, none).status == 200)
                #expect(try await api.store.webhook(webhook.id)?.secrets.map(\.value) == ["new-key", "old-key"])
            }
            let both = try await client.patch(path, ["secret": "a", "secrets": ["b"]])
            #expect(both.status == 422 && both.places == ["/secrets"])
        }
    }

    @Test func whatIsMisspeltIsSuggested() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        let path = "\(root)/\(webhook.id)"
        try await api.run { client in
            for (name, meant) in [
                ("timout", "timeout"), ("enabeld", "enabled"), ("timeout_m", "timeout_ms"), ("bdy", "body"),
            ] {
                let answer = try await client.patch(path, .object(JSONObject([(name, JSON.string("x"))])))
                #expect(answer.status == 422 && answer.places == ["/\(name)"])
                #expect(answer.message?.hasSuffix("did you mean \"\(meant)\"?") == true, "\(answer.message ?? "")")
            }
            // The kind of destination cannot be chosen here.
            #expect(try await client.patch(path, ["type": "file"]).places == ["/type"])
            #expect(try await client.patch(path, ["path": "/etc/passwd"]).places == ["/path"])
        }
    }

    @Test func optionsTakeNoMoreThanTheyMay() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let body = String(repeating: "x", count: 64 << 10)
            let answer = try await client.patch("\(root)/\(webhook.id)", ["body": .string(body)])
            #expect(answer.status == 422 && answer.message?.contains("64KiB") == true)
        }
    }

    @Test func everyEventTypeIsAccepted() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            for type in EventType.all {
                let body: JSON = [
                    "url": "https://crm.example/hook", "events": [.string(type.name), .string("\(type.category).*")],
                ]
                let created = try await client.post(root, body)
                #expect(created.status == 201, "\(type)")
            }
        }
    }

    @Test func whatIsNotGivenHasItsDefault() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let created = try await client.post(root, ["url": "https://crm.example/hook"])
            #expect(created.data["secret"]?["value"]?.string?.hasPrefix("whsec_") == true)
            #expect(created.data["retry"] == "default" && created.data["ordering"] == "per_chat")
            #expect(created.data["enabled"] == true && created.data["max_in_flight"] == JSON.null)
            let unsigned = try await client.post(root, ["url": "https://crm.example/hook", "secret": nil])
            #expect(unsigned.data["secret"] == ["set": false])
        }
    }

    @Test func aWebhookIsChangedAndScrubbedHeadersKeepTheirValue() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let answer = try await client.patch(
                "\(root)/\(webhook.id)",
                ["headers": ["x-api-token": "***", "X-New": "1"], "enabled": false, "rate_limit": "5/m"])
            #expect(answer.status == 200)
            #expect(answer.data["headers"] == ["x-api-token": "***", "X-New": "1"])
            #expect(answer.data["secret"] == ["set": true, "last4": "NDU="] || answer.data["secret"]?["set"] == true)
            #expect(answer.data["url"] == "https://your-app.com/webhook")
            let cleared = try await client.patch("\(root)/\(webhook.id)", ["rate_limit": nil, "secret": nil])
            #expect(cleared.data["rate_limit"] == JSON.null && cleared.data["secret"] == ["set": false])
        }
        let stored = try #require(try await api.store.webhook(webhook.id))
        #expect(stored.options["headers"] == ["x-api-token": "canary-token", "X-New": "1"])
    }

    @Test func aRotatedSecretLeavesTheOldOneActiveForTheGrace() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        let old = try #require(webhook.secrets.first?.value)
        try await api.run { client in
            let answer = try await client.post("\(root)/\(webhook.id)/rotate-secret", ["grace_seconds": 3600])
            #expect(answer.status == 200)
            let value = try #require(answer.data["secret"]?["value"]?.string)
            #expect(value.hasPrefix("whsec_") && value != old)
            #expect(answer.data["previous_secret_expires_at"] == "2025-11-13T11:30:00.000Z")
            let stored = try #require(try await api.store.webhook(webhook.id))
            #expect(stored.secrets.map(\.value) == [value, old])
            #expect(stored.secrets.map(\.expiresAt) == [nil, TestAPI.start + .seconds(3600)])

            // A second rotation, without a grace period, invalidates all earlier keys.
            let second = try await client.post("\(root)/\(webhook.id)/rotate-secret", ["grace_seconds": 0])
            #expect(second.data["previous_secret_expires_at"] == JSON.null)
            #expect(try await api.store.webhook(webhook.id)?.secrets.count == 1)
        }
    }

    /// Receivers compare each signature. The newest keys are the ones that somebody still has.
    @Test func atMostThreeKeysAreActiveAndTheOldestGoes() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            var values = webhook.secrets.map(\.value)
            for _ in 0..<4 {
                let answer = try await client.post("\(root)/\(webhook.id)/rotate-secret", ["grace_seconds": 3600])
                #expect(answer.status == 200)
                values.insert(try #require(answer.data["secret"]?["value"]?.string), at: 0)
                let stored = try #require(try await api.store.webhook(webhook.id))
                #expect(stored.secrets.map(\.value) == Array(values.prefix(3)))
            }
        }
    }

    /// The URL is kept and shown as it is sent.
    @Test func aURLIsInASCIIOnceItIsWritten() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let answer = try await client.post(root, ["url": "https://müller.example/preço?x=ç"])
            #expect(answer.status == 201)
            #expect(answer.data["url"] == "https://xn--mller-kva.example/pre%C3%A7o?x=%C3%A7")
            let id = try #require(answer.data["id"]?.string)
            let changed = try await client.patch("\(root)/\(id)", ["url": "https://straße.example/"])
            #expect(changed.data["url"] == "https://xn--strae-oqa.example/")
            #expect(try await api.store.webhook(id)?.url == "https://xn--strae-oqa.example/")
            let spaced = try await client.patch("\(root)/\(id)", ["url": "https://a.example/ä b?q=ü"])
            #expect(spaced.status == 200)
            #expect(spaced.data["url"] == "https://a.example/%C3%A4%20b?q=%C3%BC")
            for url in ["https://a.example/#x", "http://a..b/", "http://-bad-.com", "https://a.example/x\ny"] {
                let refused = try await client.patch("\(root)/\(id)", ["url": .string(url)])
                #expect(refused.status == 422 && refused.places == ["/url"], "\(url)")
            }
            let wrong = try await client.patch("\(root)/\(id)", ["url": "https://%ff.example/"])
            #expect(wrong.status == 422 && wrong.places == ["/url"])
            let placeholder = try await client.patch("\(root)/\(id)", ["url": "https://a.example/{{payload.chatId}}"])
            #expect(placeholder.status == 422 && placeholder.places == ["/url"])
            #expect(placeholder.message?.contains("has a placeholder in it") == true)
        }
    }

    /// `***` is what is shown in place of a secret.
    @Test func aSecretThatIsNotShownStaysAsItIs() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let created = try await client.post(root, ["url": "https://a.example", "secrets": ["new", "old"]])
            let id = try #require(created.data["id"]?.string)
            for same: JSON in [["secret": "***"], ["secrets": ["***", "***"], "max_in_flight": 3]] {
                #expect(try await client.patch("\(root)/\(id)", same).status == 200)
                #expect(try await api.store.webhook(id)?.secrets.map(\.value) == ["new", "old"])
            }
            for (wrong, place) in [
                (["secrets": ["***"]] as JSON, "/secrets/0"), (["secrets": ["newer", "***"]], "/secrets/1"),
            ] {
                let refused = try await client.patch("\(root)/\(id)", wrong)
                #expect(refused.status == 422 && refused.places == [place])
            }
            #expect(try await client.post(root, ["url": "https://a.example", "secret": "***"]).places == ["/secret"])
            #expect(try await client.post("\(root)/\(id)/rotate-secret", ["secret": "***"]).places == ["/secret"])
            #expect(try await api.store.webhook(id)?.secrets.map(\.value) == ["new", "old"])
        }
    }

    /// What only the configuration has is no option here, and everything wrong is told at once.
    @Test func everyMistakeOfOriginalsIsToldAtOnce() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let answer = try await client.post(
                root,
                [
                    "url": "nowhere", "body": "original", "content_type": "text/plain", "events": ["message.*"],
                    "batch": [:], "headers": ["X-A": "{{payload.chatId}}"], "criteria": ["chats": ["gruop"]],
                    "original_headers": ["X-A"],
                ])
            #expect(answer.status == 422)
            #expect(
                Set(answer.places) == [
                    "/url", "/body", "/content_type", "/events", "/batch", "/headers", "/criteria/chats/0",
                    "/original_headers",
                ])
            let unknown = try await client.post(root, ["url": "https://a.example", "nosuch": 1])
            #expect(!unknown.json.text.contains("original_headers"), "\(unknown.json)")
        }
    }

    @Test func criteriaAreOptionsOfAWebhook() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        let keep: JSON = ["chats": ["private", "group"], "from_me": false, "max_age": "10m"]
        try await api.run { client in
            let answer = try await client.post(root, ["url": "https://a.example", "criteria": keep])
            #expect(answer.status == 201)
            #expect(answer.data["criteria"] == keep)
            let id = try #require(answer.data["id"]?.string)
            let wrong = try await client.patch("\(root)/\(id)", ["criteria": ["chats": ["private", "gruop"]]])
            #expect(wrong.status == 422 && wrong.places == ["/criteria/chats/1"])
            let unknown = try await client.patch("\(root)/\(id)", ["criteria": ["types": ["text", "nosuch"]]])
            #expect(unknown.status == 422 && unknown.places == ["/criteria/types/1"])
            let cleared = try await client.patch("\(root)/\(id)", ["criteria": nil])
            #expect(cleared.status == 200 && cleared.data["criteria"] == JSON.null)
        }
    }

    @Test func withoutABodyTheGraceIsADay() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let answer = try await client.post("\(root)/\(webhook.id)/rotate-secret")
            #expect(answer.data["previous_secret_expires_at"] == "2025-11-14T10:30:00.000Z")
        }
    }

    @Test func aWebhookIsDeletedAndBelongsToItsSessionOnly() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        api.seedSession("other", url: nil)
        try await api.run { (client) async throws in
            let foreign = "/api/v1/sessions/other/webhooks/\(webhook.id)"
            #expect(try await client.get(foreign).status == 404)
            #expect(try await client.delete(foreign).status == 404)
            #expect(try await client.patch(foreign, ["enabled": false]).status == 404)
            #expect(try await client.post(foreign + "/rotate-secret").status == 404)
            #expect(try await client.get("/api/v1/sessions/none/webhooks").status == 404)
            #expect(try await client.delete("\(root)/\(webhook.id)").status == 200)
            #expect(try await client.get("\(root)/\(webhook.id)").status == 404)
        }
    }
}
