import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import Testing

/// Invalid requests are answered with a 4xx and a clear message, and change nothing.
struct BadInputTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let body: [UInt8]
        let status: Int
        let code: String
        /// A part of the expected message.
        let says: String

        init(_ name: String, _ body: [UInt8], _ status: Int, _ code: String, says: String) {
            self.name = name
            self.body = body
            self.status = status
            self.code = code
            self.says = says
        }

        init(_ name: String, _ body: String, _ status: Int, _ code: String, says: String) {
            self.init(name, Array(body.utf8), status, code, says: says)
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case("malformed", #"{"label": "x""#, 400, "malformed_body", says: "line 1"),
        Case("two documents", "{} {}", 400, "malformed_body", says: "not valid JSON"),
        Case(
            "depth 10,000", String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), 400,
            "malformed_body", says: "not valid JSON"),
        Case(
            "invalid UTF-8", Array(#"{"label": ""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8), 400, "malformed_body",
            says: "UTF-8"),
        Case("duplicate keys", #"{"label": "a", "label": "b"}"#, 400, "malformed_body", says: "not valid JSON"),
        Case("an array", "[]", 422, "validation_failed", says: "a JSON object, not an array"),
        Case("wrong type", #"{"label": 7}"#, 422, "validation_failed", says: "/label: must be a string, not a number"),
        Case("unknown field", #"{"webhok_url": "x"}"#, 422, "validation_failed", says: "did you mean webhook_url?"),
        Case("bad id", #"{"id": "a/b"}"#, 422, "validation_failed", says: "/id"),
        Case(
            "unknown event", #"{"webhook_url": "https://a", "webhook_events": ["message.recieved"]}"#, 422,
            "validation_failed", says: "did you mean \"message.received\"?"),
        Case("no address", #"{"webhook_secret": "x"}"#, 422, "validation_failed", says: "webhook_url"),
        Case(
            "denied address", #"{"webhook_url": "ftp://a"}"#, 422, "validation_failed",
            says: "/webhook_url: \"webhook_url\" must begin with https://"),
        Case(
            "refused address", #"{"webhook_url": "https://denied.example/"}"#, 422, "validation_failed",
            says: "denied.example may not be reached"),
        Case(
            "short secret", #"{"webhook_url": "https://a", "webhook_secret": "whsec_YWJj"}"#, 422, "validation_failed",
            says: "24 to 64 bytes"),
    ]

    @Test(arguments: cases)
    func aBadSessionIsRefusedAndNothingStored(_ bad: Case) async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.send(.post, "/api/v1/sessions", body: bad.body)
            #expect(answer.status == bad.status)
            #expect(answer.code == bad.code)
            #expect(answer.message?.contains(bad.says) == true, "\(answer.message ?? "no message")")
            #expect(answer.json["success"] == false)
            #expect(try await client.get("/api/v1/sessions").json["pagination"]?["total"] == 0)
        }
        #expect(api.control.read { $0.changes } == [])
    }

    @Test func everyMistakeIsReportedAtOnceWithItsPlace() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let answer = try await client.post(
                "/api/v1/sessions/abc-123/webhooks",
                [
                    "events": ["message.*", 7, "mesage.*"],
                    "headers": [
                        "X-Ok": "fine", "X-Bad": "a\r\nX-Evil: 1", "no good": "x", "a/b": 1, "Webhook-Id": "1",
                    ],
                    "ordering": "per_chatt", "max_in_flight": 0, "retry": 3, "enabled": "yes", "timeout_ms": 1.5,
                ])
            #expect(answer.status == 422)
            #expect(
                Set(answer.places) == [
                    "/url", "/events/1", "/events/2", "/headers/X-Bad", "/headers/no good", "/headers/a~1b",
                    "/headers/Webhook-Id", "/ordering", "/max_in_flight", "/retry", "/enabled", "/timeout_ms",
                ])
            #expect(answer.message == "The request has \(answer.places.count) mistakes; `details` lists them.")
        }
        #expect(try await api.store.webhooks().count == 1)
    }

    @Test func aLineBreakInAHeaderIsNamed() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            for value in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u{0}b"] {
                let answer = try await client.patch(
                    "/api/v1/sessions/abc-123/webhooks/\(webhook.id)", ["headers": ["X-Team": .string(value)]])
                #expect(answer.status == 422)
                #expect(answer.places == ["/headers/X-Team"])
                #expect(answer.message?.contains("line break or another control character") == true)
            }
        }
    }

    @Test(arguments: [
        ("/api/v1/sessions?limit=0", "limit"), ("/api/v1/sessions?limit=101", "limit"),
        ("/api/v1/sessions?limit=many", "limit"), ("/api/v1/sessions?offset=-1", "offset"),
        ("/api/v1/sessions?sort=create_at", "sort"), ("/api/v1/sessions?status=up", "status"),
        ("/api/v1/sessions?serch=x", "serch"), ("/api/v1/sessions?limit=1&limit=2", "limit"),
        ("/api/v1/deliveries?state=queued,ded", "state"), ("/api/v1/deliveries?since=yesterday", "since"),
        ("/api/v1/deliveries?event=7", "event"), ("/api/v1/deliveries?cursor=7", "cursor"),
        ("/api/v1/deliveries?event_type=Message", "event_type"), ("/api/v1/messages?direction=in", "direction"),
    ])
    func badParametersAreNamed(_ uri: String, parameter: String) async throws {
        try await TestAPI().run { client in
            let answer = try await client.get(uri)
            #expect(answer.status == 422)
            #expect(answer.places == [parameter])
        }
    }

    @Test func aFormToTheManagementIsUnsupported() async throws {
        try await TestAPI().run { client in
            let answer = try await client.send(
                .post, "/api/v1/sessions", body: Array("label=x".utf8), type: "application/x-www-form-urlencoded")
            #expect(answer.status == 415)
            #expect(answer.message?.contains("application/json") == true)
        }
    }

    @Test func unknownRoutesAndMethodsAreToldApart() async throws {
        try await TestAPI().run { client in
            let unknown = try await client.get("/api/v1/sesions")
            #expect(unknown.status == 404)
            #expect(unknown.json["success"] == false)
            #expect(unknown.code == "not_found")
            let method = try await client.send(.put, "/api/v1/sessions/abc")
            #expect(method.status == 405)
            #expect(method.code == "method_not_allowed")
            #expect(method.headers[.allow] == "DELETE, GET, HEAD, PATCH")
            #expect(try await client.get("/").status == 404)
        }
    }

    @Test func headAnswersLikeGetWithoutABody() async throws {
        try await TestAPI().run { client in
            let answer = try await client.send(.head, "/livez", withKey: false)
            #expect(answer.status == 200)
            #expect(answer.bytes.isEmpty)
        }
    }

    @Test(arguments: [
        (StoreError.Code.full, 503, "disk_full"), (.overloaded, 503, "overloaded"), (.unavailable, 503, "unavailable"),
        (.conflict, 409, "conflict"), (.notFound, 404, "not_found"), (.wrongKey, 500, "internal_error"),
    ])
    func storeErrorsBecomeTheirStatus(_ code: StoreError.Code, status: Int, name: String) async throws {
        let api = TestAPI()
        api.store.edit { $0.failure = StoreError(code, "/var/lib/zaphub: it went wrong") }
        try await api.run { client in
            let answer = try await client.post("/api/v1/sessions", ["id": "new"])
            #expect(answer.status == status)
            #expect(answer.code == name)
            #expect((answer.headers[.retryAfter] != nil) == (status == 503))
            if status >= 500 { #expect(answer.message?.contains("/var/lib") == false) }
        }
    }
}
