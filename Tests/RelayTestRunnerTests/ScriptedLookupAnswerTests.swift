import RelayTestRunner
import Testing

/// Gateways that return a value, return none, or do not respond; and values that are known without them.
@Suite struct ScriptedLookupAnswerTests {
    private static let stages = """
        stages:
          - persist
          - enrich: { lookup: { preset: waha, url: "http://127.0.0.1:3001", timeout: 2s } }
          - deliver: [crm]

        """
    private static let ana = "5511999999001@s.whatsapp.net"
    private static let group = "120363000000000001@g.us"

    /// A text message with members for names and pictures.
    private static func text(_ id: String, chat: String = ana) -> String {
        let names =
            chat.hasSuffix("@g.us")
            ? "chatName: null, groupName: null, groupImageUrl: null, chatImageUrl: null"
            : "chatName: null, contactName: null, contactImageUrl: null, chatImageUrl: null"
        return "{ event: message.received, sessionId: main, id: \(id), "
            + "payload: { messageId: \(id), chatId: \"\(chat)\", \(names) } }"
    }

    private static func report(_ test: String, stages: String = stages) throws -> String {
        try TestProject.report(test, pipeline: stages)
    }

    @Test func whatTheGatewayKnowsIsFilledIn() throws {
        let report = try Self.report(
            """
            input: [\(Self.text("M1")), \(Self.text("M2", chat: Self.group))]
            lookup:
              - { chat: \(Self.ana), name: Ana, picture: "https://pps.example.com/ana.jpg" }
              - { chat: "\(Self.group)", name: Sales, after: 500ms }
            expect:
              delivered:
                - to: crm
                  at: 0s
                  body: { contains: { payload: { contactName: Ana, chatName: Ana, chatImageUrl: "https://pps.example.com/ana.jpg" } } }
                - { to: crm, at: 500ms, body: { contains: { payload: { groupName: Sales, chatName: Sales } } } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    /// A chat waits once for a gateway that does not respond; its order is kept, and the other chat continues.
    @Test func aGatewayThatDoesNotAnswerCostsItsTimeoutOnce() throws {
        let report = try Self.report(
            """
            input: [\(Self.text("M1")), \(Self.text("M2")), \(Self.text("M3", chat: Self.group))]
            lookup: [{ chat: "\(Self.group)", name: Sales }, timeout]
            expect:
              delivered:
                - { to: crm, at: 0s, body: { jq: '.payload.messageId == "M3" and .payload.groupName == "Sales"' } }
                - { to: crm, at: 2s, body: { jq: '.payload.messageId == "M1" and .payload.contactName == null' } }
                - { to: crm, at: 2s, body: { jq: '.payload.messageId == "M2"' } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test(arguments: ["404", "503", "reset", "{ status: 500 }", "{ chat: somebody.else, name: Zoe }"])
    func anAnswerThatTellsNothingLeavesTheEventAsItIs(_ answer: String) throws {
        let report = try Self.report(
            """
            input: \(Self.text("M1"))
            lookup: \(answer)
            expect: { delivered: [{ to: crm, at: 0s, body: { jq: '.payload.contactName == null' } }] }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func anAnswerAsItIsSentIsReadByTheStagesExpression() throws {
        let stages = """
            stages:
              - enrich:
                  lookup: { url: "https://crm.example.com/people/{{ chat.phone }}", name: '.data[0].display_name' }
              - deliver: [crm]

            """
        func test(_ body: String) -> String {
            """
            input: \(Self.text("M1"))
            lookup: { body: \(body) }
            expect: { delivered: [{ to: crm, body: { contains: { payload: { contactName: Ana } } } }] }
            """
        }
        #expect(try Self.report(test("{ data: [{ display_name: Ana }] }"), stages: stages) == "1 test, all passed")
        let wrong = try Self.report(test("{ data: [{ displayName: Ana }] }"), stages: stages)
        #expect(wrong.contains("expected: \"Ana\"\n        got:      null"), "\(wrong)")
    }

    @Test func whatIsKnownBeforehandNeedsNoLookup() throws {
        let report = try Self.report(
            """
            input: [\(Self.text("M1")), \(Self.text("M2", chat: Self.group)), \(Self.text("M3", chat: "100000000000001@lid"))]
            contacts:
              - { id: \(Self.ana), lid: 100000000000001@lid, name: Ana, picture: "" }
              - { id: \(Self.ana), session: other, name: Somebody else }
            groups: { id: "\(Self.group)", name: Sales, picture: "https://pps.example.com/sales.jpg" }
            lookup: { name: Nobody, after: 1s }
            expect:
              delivered:
                - { to: crm, at: 0s, body: { contains: { payload: { messageId: M1, contactName: Ana } } } }
                - { to: crm, at: 0s, body: { contains: { payload: { groupName: Sales, chatImageUrl: "https://pps.example.com/sales.jpg" } } } }
                - { to: crm, at: 0s, body: { contains: { payload: { chatId: "\(Self.ana)", chatLid: 100000000000001@lid, contactName: Ana } } } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func aTestBeginsWhenItSays() throws {
        let report = try Self.report(
            """
            now: "2026-02-28T22:15:00-03:00"
            input: \(message("M1"))
            destinations: { crm: [503, 200] }
            expect:
              delivered: [{ to: crm, at: [0s, 2s], body: { jq: '.timestamp == "2026-03-01T01:15:00.000Z"' } }]
            """,
            stages: "stages:\n  - deliver: [crm]\n"
        )
        #expect(report == "1 test, all passed")
    }

    @Test func mistakesInScriptsAreReportedWithTheirPlaces() throws {
        let report = try Self.report(
            """
            now: tomorrow
            input: \(message("M1"))
            contacts: { id: "\(Self.group)", nmae: Ana }
            groups: { name: Sales }
            media: [gnoe, { messge: M1 }, { size: 5, fails: goen }, { size: 5B, fails: gone }]
            lookup: [timeuot, 99, {}, { chat: a, naem: b }, { name: a, status: 404 }]
            expect: { nothing: true }
            """
        )
        #expect(
            report == """
                pipelines/default_test.yaml:3:10: error: "now" is no moment
                   3 |     now: tomorrow
                     |          ^ help: write date, time and offset, as 2025-11-13T22:15:00-03:00 or 2025-11-14T01:15:00Z
                pipelines/default_test.yaml:5:21: error: "id" is not a person's JID
                   5 |     contacts: { id: "120363000000000001@g.us", nmae: Ana }
                     |                     ^ help: write 5511999999001@s.whatsapp.net
                pipelines/default_test.yaml:5:48: error: a contact has no option "nmae"
                   5 |     contacts: { id: "120363000000000001@g.us", nmae: Ana }
                     |                                                ^ help: did you mean "name"?
                pipelines/default_test.yaml:6:13: error: a group needs "id"
                   6 |     groups: { name: Sales }
                     |             ^ help: add id: a JID such as 120363000000000001@g.us
                pipelines/default_test.yaml:7:13: error: there is no answer "gnoe"
                   7 |     media: [gnoe, { messge: M1 }, { size: 5, fails: goen }, { size: 5B, fails: gone }]
                     |             ^ help: did you mean "gone"?
                pipelines/default_test.yaml:7:21: error: a file has no option "messge"
                   7 |     media: [gnoe, { messge: M1 }, { size: 5, fails: goen }, { size: 5B, fails: gone }]
                     |                     ^ help: did you mean "message"?
                pipelines/default_test.yaml:7:43: error: "size" needs a unit
                   7 |     media: [gnoe, { messge: M1 }, { size: 5, fails: goen }, { size: 5B, fails: gone }]
                     |                                           ^ help: write 5KiB, 5MiB, or 5B for bytes
                pipelines/default_test.yaml:7:53: error: "fails" must be incomplete, gateway_error, host_not_allowed, gone, refused, too_large, bad_length, encrypted_hash_mismatch, mac_mismatch, bad_padding, hash_mismatch, unavailable, timeout, storage_full, storage or not_stored, not "goen"
                   7 |     media: [gnoe, { messge: M1 }, { size: 5, fails: goen }, { size: 5B, fails: gone }]
                     |                                                     ^ help: did you mean "gone"?
                pipelines/default_test.yaml:7:69: error: a file that cannot be fetched has no size
                   7 |     media: [gnoe, { messge: M1 }, { size: 5, fails: goen }, { size: 5B, fails: gone }]
                     |                                                                     ^ help: remove size or fails
                pipelines/default_test.yaml:8:14: error: there is no answer "timeuot"
                   8 |     lookup: [timeuot, 99, {}, { chat: a, naem: b }, { name: a, status: 404 }]
                     |              ^ help: did you mean "timeout"?
                pipelines/default_test.yaml:8:23: error: there is no status 99
                   8 |     lookup: [timeuot, 99, {}, { chat: a, naem: b }, { name: a, status: 404 }]
                     |                       ^ help: write one from 200 to 599
                pipelines/default_test.yaml:8:27: error: the answer says nothing
                   8 |     lookup: [timeuot, 99, {}, { chat: a, naem: b }, { name: a, status: 404 }]
                     |                           ^ help: write name or picture, body, or status: 404
                pipelines/default_test.yaml:8:42: error: an answer has no option "naem"
                   8 |     lookup: [timeuot, 99, {}, { chat: a, naem: b }, { name: a, status: 404 }]
                     |                                          ^ help: did you mean "name"?
                pipelines/default_test.yaml:8:53: error: an answer is either what is known or as it is sent
                   8 |     lookup: [timeuot, 99, {}, { chat: a, naem: b }, { name: a, status: 404 }]
                     |                                                     ^ help: remove status and body
                14 errors, 0 warnings
                """
        )
    }
}
