import RelayConfig
import RelayCore
import RelayJSON
import RelayStages
import RelayTesting
import Testing

private func draft(_ payload: JSONObject = ["type": "text", "content": ["text": "oi"]]) -> PipelineEvent {
    PipelineEvent(
        event: Event(
            id: EventID(1),
            source: "baileys",
            type: .messageReceived,
            session: "main",
            chat: "5511999999001@s.whatsapp.net",
            occurredAt: nil,
            receivedAt: Timestamp(milliseconds: 1_763_000_000_000),
            payload: payload
        ),
        pipeline: "default"
    )
}

private let registry = ConfigurationKindRegistry(
    stages: BuiltInStages.all, destinations: [], formats: [], transports: [])

private func run(_ yaml: String, on draft: inout PipelineEvent) throws -> StageOutcome {
    try registry.step(yaml: yaml, destinations: ["crm"]).stage.run(
        &draft, in: StubStageDirectory(isSigned: false).context)
}

/// The bodies that `deliver` would send.
private func bodies(_ draft: PipelineEvent) throws -> [JSON] {
    var draft = draft
    _ = try run("deliver: crm", on: &draft)
    return try draft.deliveries.map { try JSON(parsing: $0.body(for: DeliveryID(1))) }
}

struct TransformStageTests {
    @Test func theProgramMakesThePayloadFromTheEventAsReceiversSeeIt() throws {
        var draft = draft()
        _ = try run("transform: '{ text: .payload.content.text, what: .event, who: .sessionId }'", on: &draft)
        #expect(draft.event.payload == ["text": "oi", "what": "message.received", "who": "main"])
        let body = try #require(try bodies(draft).first)
        #expect(body["event"] == "message.received")
        #expect(body["payload"]?["text"] == "oi")
        #expect(body["deliveryId"]?.string?.hasPrefix("webhook-main-message.received-") == true)
    }

    @Test func theBodyIsTheProgramsWithTheIDAsItsLastMember() throws {
        var draft = draft()
        _ = try run("transform: { body: '{ text: .payload.content.text, deliveryId: 1 }' }", on: &draft)
        #expect(draft.event.payload["type"] == "text", "the stages that follow see the event as it was")
        let body = try #require(try bodies(draft).first?.object)
        #expect(body.keys == ["text", "deliveryId"])
        #expect(body["deliveryId"]?.string?.hasPrefix("webhook-main-") == true)
    }

    @Test func aPayloadAfterABodyBringsTheEnvelopeBack() throws {
        var draft = draft()
        _ = try run("transform: { body: '{}' }", on: &draft)
        _ = try run("transform: .payload", on: &draft)
        #expect(try bodies(draft).first?.object?.keys == ["event", "sessionId", "payload", "timestamp", "deliveryId"])
    }

    @Test(arguments: [
        "transform: { events: '.payload.items[] | { event: \"order.item\", payload: . }' }",
        "transform: { events: '[.payload.items[] | { event: \"order.item\", payload: . }]' }",
    ])
    func resultsAndElementsAreEvents(yaml: String) throws {
        var draft = draft(["items": [["n": 1], ["n": 2], ["n": 3]]])
        guard case .split(let events) = try run(yaml, on: &draft) else {
            Issue.record("it made no events")
            return
        }
        #expect(events.map(\.payload) == [["n": 1], ["n": 2], ["n": 3]])
        #expect(
            events.allSatisfy {
                $0.type == EventType("order.item") && $0.chat == draft.event.chat && $0.id.rawValue == 1
            })
    }

    @Test func anEventWithoutATypeKeepsIt() throws {
        var draft = draft()
        guard
            case .split(let events) = try run(
                "transform: { events: '{ payload: {} }, { event: null, payload: {} }' }", on: &draft)
        else {
            Issue.record("it made no events")
            return
        }
        #expect(events.map(\.type) == [.messageReceived, .messageReceived])
    }

    @Test func numbersKeepTheirDigits() throws {
        var draft = draft(["id": .int(9_007_199_254_740_993), "long": .number("0.10000000000000000000001")])
        _ = try run("transform: '.payload | { id, next: (.id + 1), long }'", on: &draft)
        #expect(draft.event.payload["id"]?.int == 9_007_199_254_740_993)
        #expect(draft.event.payload["next"]?.int == 9_007_199_254_740_994)
        #expect(draft.event.payload["long"]?.text == "0.10000000000000000000001")
    }

    @Test(arguments: [
        ("transform: empty", "The expression for the payload made no result; it needs one object."),
        (
            "transform: '.payload, .payload'",
            "The expression for the payload made 2 results; put them into one object, or use events:."
        ),
        ("transform: .payload.type", "The expression for the payload made a string; it must be an object."),
        ("transform: { body: '[.payload]' }", "The expression for the body made an array; it must be an object."),
        ("transform: { body: 'null' }", "The expression for the body made null; it must be an object."),
        (
            "transform: { events: '.payload.type' }",
            "Event 1 of the expression is a string; an event is { payload: {…} }, and { event: \"order.created\", "
                + "payload: {…} } with another type."
        ),
        (
            "transform: { events: '{ payload: {} }, .payload' }",
            "Event 2 of the expression has no object as its payload; an event is { payload: {…} }, and { event: "
                + "\"order.created\", payload: {…} } with another type."
        ),
        (
            "transform: { events: '{ payload: {}, chat: 1 }' }",
            "Event 1 of the expression has members beside event and payload; an event is { payload: {…} }, and { event: \"order.created\", "
                + "payload: {…} } with another type."
        ),
        (
            "transform: { events: '{ event: \"a b\", payload: {} }' }",
            "The type of event 1 of the expression must be words of letters, digits, - and _ with dots between them, "
                + "such as order.created, at most 64 letters."
        ),
        (
            "transform: { events: '[range(1001) | { payload: {} }]' }",
            "The expression made 1001 events; at most 1000 are taken."
        ),
        ("transform: '.payload.type | .x'", "The expression failed: Cannot index string with string \"x\""),
    ])
    func whatIsNotMeantIsTheStagesFailure(yaml: String, message: String) throws {
        var draft = draft()
        let error = #expect(throws: StageError.self) { _ = try run(yaml, on: &draft) }
        #expect(error?.message == message)
    }

    @Test(arguments: ["", ".", "a.", ".a", "a..b", "é", "a\\nb", "a:b", String(repeating: "a", count: 65)])
    func otherTypesAreRefused(name: String) throws {
        var draft = draft()
        let yaml = "transform: { events: '{ event: \"\(name)\", payload: {} }' }"
        #expect(throws: StageError.self) { _ = try run(yaml, on: &draft) }
    }

    @Test func theFailureAtHandIsInTheViewAndNotInTheBody() throws {
        var draft = draft()
        draft.failures = [PipelineEvent.StageFailure(of: "media", StageError("no luck", reason: "gone"))]
        #expect(draft.view["error"] == ["stage": "media", "message": "no luck", "reason": "gone"])
        #expect(try bodies(draft).first?["error"] == nil)
        _ = try run("transform: '.payload + { why: .error.message }'", on: &draft)
        #expect(try bodies(draft).first?["payload"]?["why"] == "no luck")
        draft.failures = []
        #expect(draft.view["error"] == nil)
    }
}
