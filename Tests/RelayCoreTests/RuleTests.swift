import RelayCore
import Testing

/// Validation of configured and posted values: event filters, headers, rates, session ids.
struct RuleTests {
    @Test(
        arguments: [
            ([], "message.received", true), (["*"], "session.connected", true),
            (["message.received"], "message.received", true), (["message.received"], "message.receive", false),
            (["message.*"], "message.sent", true), (["message.*"], "messages.sent", false),
            (["message.*"], "message", false),
            (["session.*", "message.read"], "message.read", true),
            (["session.*", "message.read"], "message.sent", false),
            (["message.*", "*"], "call.received", true), ([""], "message.sent", false),
        ] as [([String], String, Bool)])
    func filtersChooseByNameAndPrefix(patterns: [String], type: String, isWanted: Bool) {
        let filter = EventTypeFilter(patterns)
        #expect(filter.matches(EventType(type)) == isWanted)
        #expect(filter.patterns == patterns)
    }

    @Test(arguments: ["X-Team", "x", "a1!#$%&'*+-.^_`|~", "Authorization"])
    func tokensAreHeaderNames(name: String) {
        #expect(HeaderFieldRules.isValid(name: name))
        #expect(HeaderFieldRules.problem(name: name, reserved: HeaderFieldRules.reserved) == nil)
    }

    @Test(arguments: [
        "", "X Team", "X-Team:", "X\r\nY", "X\nY", "X\u{0}", "(x)", "X/Y", "é", "X-Team ", "\"x\"", "a,b",
    ])
    func otherTextsAreNot(name: String) throws {
        #expect(!HeaderFieldRules.isValid(name: name))
        let problem = try #require(HeaderFieldRules.problem(name: name, reserved: []))
        #expect(!problem.message.utf8.contains { $0 < 0x20 }, "the message would break a log's line")
    }

    @Test(arguments: ["", "plain", "with spaces and\ttabs", "é ü 🚚", "Bearer abc=="])
    func valuesMayHoldText(value: String) {
        #expect(HeaderFieldRules.isValid(value: value))
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u{0}b", "\u{7F}", "\u{1B}[31m", "a\r\n"])
    func valuesMayHoldNoLineBreakOrControl(value: String) {
        #expect(!HeaderFieldRules.isValid(value: value))
    }

    @Test func whatTheRelaySetsIsReservedInAnyCase() {
        for name in [
            "Content-Type", "USER-AGENT", "X-ZapHub-Event", "x-zaphub-session", "X-Zaphub-Delivery", "Webhook-Id",
            "webhook-timestamp", "WEBHOOK-SIGNATURE", "Host", "Content-Length", "Transfer-Encoding", "Connection",
        ] {
            #expect(HeaderFieldRules.problem(name: name, reserved: HeaderFieldRules.reserved) != nil, "\(name)")
        }
        #expect(HeaderFieldRules.reserved.allSatisfy { $0.utf8.count <= 19 })
    }

    @Test func aFieldOfTheConnectionIsNotSendableInAnyCase() {
        for name in HeaderFieldRules.connection {
            #expect(!HeaderFieldRules.isSendable(name: name, value: "x"), "\(name)")
            #expect(!HeaderFieldRules.isSendable(name: name.uppercased(), value: "x"), "\(name)")
            #expect(HeaderFieldRules.isSendable(name: name + "s", value: "x"), "\(name)")
            #expect(HeaderFieldRules.isSendable(name: "x" + name.dropFirst(), value: "x"), "\(name)")
        }
        for name in HeaderFieldRules.reserved.subtracting(HeaderFieldRules.connection) {
            #expect(HeaderFieldRules.isSendable(name: name, value: "x"), "\(name)")
        }
        #expect(!HeaderFieldRules.isSendable(name: "", value: "x"))
        #expect(!HeaderFieldRules.isSendable(name: "X Team", value: "x"))
        #expect(!HeaderFieldRules.isSendable(name: "X-Team", value: "a\r\nb"))
        #expect(HeaderFieldRules.isSendable(name: "X-Team", value: ""))
    }

    /// At each position, because several bytes are looked at together.
    @Test(arguments: 0..<70)
    func aControlCharacterIsFoundAnywhere(position: Int) {
        for control in ["\r", "\n", "\u{0}", "\u{1F}", "\u{7F}"] {
            let value = String(repeating: "é", count: position) + control + String(repeating: "v", count: 70 - position)
            #expect(!HeaderFieldRules.isValid(value: value))
        }
        #expect(HeaderFieldRules.isValid(value: String(repeating: "v", count: position) + "\t"))
    }

    @Test(
        arguments: [("20/s", 20, 1), ("600/m", 600, 60), ("1000/h", 1000, 3600), ("1/s", 1, 1)] as [(String, Int, Int)])
    func ratesAreReadAndWritten(text: String, count: Int, seconds: Int) {
        let rate = RateLimit(text)
        #expect(rate == RateLimit(count: count, per: .seconds(seconds)))
        #expect(rate?.description == text)
    }

    @Test(arguments: [
        "", "20", "/", "20/", "/s", "0/s", "-1/s", "+5/s", " 5/s", "5 /s", "5/ s", "5/d", "5/sec", "5/s/s", "1.5/s",
        "99999999999999999999/s", "٣/s",
    ])
    func otherTextsAreNoRate(text: String) {
        #expect(RateLimit(text) == nil)
    }

    @Test(arguments: [
        "main", "a", "A.b_c:d@e+f-9", "5511999999999@s.whatsapp.net", "...", String(repeating: "x", count: 128),
    ])
    func sessionIDs(id: String) {
        #expect(Session.isValid(id: id))
    }

    @Test(arguments: [
        "", ".", "..", "a b", "a/b", "a\\b", "a\r\nb", "a\nb", "é", "a%20b", "a?b", "a#b", "a\u{0}",
        String(repeating: "x", count: 129),
    ])
    func noSessionIDs(id: String) {
        #expect(!Session.isValid(id: id))
    }
}
