import RelayConfig
import RelayCore
import RelayJSON
import RelayStages
import RelayTesting
import Testing

private let now = Timestamp(milliseconds: 1_763_000_000_000)
private let maria = "5511999999001@s.whatsapp.net"
private let team = "120363000000000001@g.us"

private func message(chat: String = maria, payload: JSONObject = [:]) -> PipelineEvent {
    var fields: JSONObject = [
        "messageId": "3EB0", "chatId": .string(chat), "from": .string(chat), "participant": nil, "type": "text",
        "content": ["text": "oi"], "chatName": nil, "chatImageUrl": nil, "contactName": nil, "contactImageUrl": nil,
        "groupName": nil, "groupImageUrl": nil, "participantName": nil,
    ]
    for (key, value) in payload { fields[key] = value }
    return PipelineEvent(
        event: Event(
            id: EventID(1),
            source: "baileys",
            type: .messageReceived,
            session: "main",
            chat: chat,
            occurredAt: now,
            receivedAt: now,
            payload: fields
        ),
        pipeline: "default"
    )
}

private let registry = ConfigurationKindRegistry(
    stages: BuiltInStages.all, destinations: [], formats: [], transports: [])

private func stage(_ yaml: String) throws -> any Stage {
    try registry.step(yaml: yaml, destinations: ["crm"]).stage
}

/// The reason why a stage drops the event; nil when the event passes.
private func dropReason(_ stage: any Stage, _ draft: inout PipelineEvent) throws -> String? {
    guard case .drop(let reason) = try stage.run(&draft, in: StubStageDirectory().context) else { return nil }
    return reason
}

struct StageTests {
    @Test func filterKeepsAndDropsByTheEventAsReceiversSeeIt() throws {
        let keep = try stage("filter: { keep: '.payload.type == \"text\" and .sessionId == \"main\"' }")
        let drop = try stage("filter: { drop: '.payload.chatId | endswith(\"@g.us\")' }")
        var direct = message()
        var group = message(chat: team, payload: ["type": "image"])
        #expect(try dropReason(keep, &direct) == nil)
        #expect(try dropReason(drop, &direct) == nil)
        #expect(try dropReason(keep, &group) == "filter: keep is not true")
        #expect(try dropReason(drop, &group) == "filter: drop is true")
    }

    @Test func aFilterKeepsByCriteriaAndTellsWhichOneWasNotMet() throws {
        let keep = try stage(
            "filter: { keep: { chats: [private], from_me: false, types: [text], history: false, max_age: 10m } }")
        var direct = message(payload: ["type": "text", "fromMe": false])
        var group = message(chat: team, payload: ["type": "text"])
        var sticker = message(payload: ["type": "sticker"])
        var own = message(payload: ["fromMe": true])
        var old = message(payload: ["history": true])
        #expect(try dropReason(keep, &direct) == nil)
        #expect(try dropReason(keep, &group) == "filter: keep.chats: the chat is group")
        #expect(try dropReason(keep, &sticker) == "filter: keep.types: the message is sticker")
        #expect(try dropReason(keep, &own) == "filter: keep.from_me: the message is the account's own")
        #expect(try dropReason(keep, &old)?.hasPrefix("filter: keep.history") == true)
    }

    @Test(arguments: [
        ("{ chats: [team] }", "\"chats\" must be private"), ("{ chats: [] }", "\"chats\" is empty"),
        ("{ from_me: maybe }", "true or false"), ("{ max_age: 10 }", "max_age"),
        ("{ chat: [group] }", "no option \"chat\""),
        ("{}", "has no criterion"), ("[private]", "a map of criteria"),
    ])
    func criteriaThatAreNoneAreRefused(keep: String, words: String) {
        let error = #expect(throws: (any Error).self) { try stage("filter: { keep: \(keep) }") }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
    }

    @Test func aFilterThatFailsSaysWhy() throws {
        let filter = try stage("filter: { drop: '.payload.messageId + 1 > 2' }")
        var draft = message()
        #expect(throws: StageError.self) { try filter.run(&draft, in: StubStageDirectory().context) }
    }

    @Test func enrichFillsOnlyWhatIsMissingAndPrefersSavedNames() throws {
        var directory = StubStageDirectory()
        directory.contacts[maria] = Contact(
            session: "main",
            id: maria,
            name: "Maria (cliente)",
            pushName: "mary",
            imageURL: "https://pps.example/maria.jpg",
            updatedAt: now
        )
        let enrich = try stage("enrich")
        var draft = message(payload: ["contactName": "Mary 🌸"])
        _ = try enrich.run(&draft, in: directory.context)
        let payload = draft.event.payload
        #expect(payload["contactName"] == "Maria (cliente)")
        #expect(payload["chatName"] == "Maria (cliente)")
        #expect(payload["contactImageUrl"] == "https://pps.example/maria.jpg")
        #expect(payload["chatImageUrl"] == "https://pps.example/maria.jpg")
        #expect(payload["groupName"] == .null)
    }

    @Test func enrichGivesGroupsTheirSubjectAndNeverAPushName() throws {
        var directory = StubStageDirectory()
        directory.groups[team] = Group(session: "main", id: team, name: "Vendas", updatedAt: now)
        directory.contacts[maria] = Contact(session: "main", id: maria, pushName: "Maria", updatedAt: now)
        let enrich = try stage("enrich: [chat_name, contact_name, group_name]")
        var draft = message(chat: team, payload: ["participant": .string(maria)])
        _ = try enrich.run(&draft, in: directory.context)
        #expect(draft.event.payload["groupName"] == "Vendas")
        #expect(draft.event.payload["chatName"] == "Vendas")
        #expect(draft.event.payload["participantName"] == "Maria")
        #expect(draft.event.payload["groupImageUrl"] == .null)
    }

    @Test func deliverPlansOneForEachDestinationThatWantsTheEvent() throws {
        var directory = StubStageDirectory()
        directory.webhooks = [
            DeliveryTarget(destination: "wh_1", settings: DestinationDispatchSettings(), isSigned: true),
            DeliveryTarget(
                destination: "wh_2",
                settings: DestinationDispatchSettings(events: EventTypeFilter(["session.*"])),
                isSigned: true
            ),
            DeliveryTarget(
                destination: "wh_4",
                settings: DestinationDispatchSettings(keep: EventCriteria(chats: [.group])),
                isSigned: true
            ),
            DeliveryTarget(
                destination: "wh_3", settings: DestinationDispatchSettings(ordering: .none), isSigned: false),
        ]
        var draft = message()
        _ = try stage("sign").run(&draft, in: directory.context)
        _ = try stage("deliver: [session, crm]").run(&draft, in: directory.context)
        #expect(draft.deliveries.map(\.destination) == ["wh_1", "wh_3", "crm"])
        #expect(draft.deliveries.map(\.lane) == ["main/\(maria)", nil, "main/\(maria)"])
        #expect(draft.deliveries.map(\.signing) == [.standardWebhooks, nil, .standardWebhooks])
        #expect(
            draft.rejections == [
                EventTrace.Rejection(destination: "wh_2", reason: "events: the event is message.received"),
                EventTrace.Rejection(destination: "wh_4", reason: "criteria.chats: the chat is private"),
            ])
    }

    @Test func aDestinationTellsWhyItDoesNotTakeAnEvent() {
        let event = message().event
        func reason(_ content: DestinationDispatchSettings.Content) -> String? {
            DestinationDispatchSettings(content: content).rejection(of: event)
        }
        #expect(reason(.events) == nil)
        #expect(reason(.documents) == "the event has no document of its own (keep_raw)")
        #expect(reason(.originals) == "body: original takes documents as they were posted, not events")
    }

    @Test func deliverRecordsThatASessionHasNoWebhook() throws {
        var draft = message()
        _ = try stage("deliver: [session]").run(&draft, in: StubStageDirectory().context)
        #expect(draft.deliveries.isEmpty)
        #expect(draft.rejections.map(\.destination) == ["session"])
        #expect(draft.rejections.first?.reason == "the session has no enabled webhook")
    }

    /// The envelope of stage-07, compared byte for byte.
    @Test func aDeliveryCarriesTheEnvelope() throws {
        var draft = message()
        draft.event.payload = ["messageId": "3EB0", "content": ["text": "Olá \"você\""]]
        _ = try stage("deliver: crm").run(&draft, in: StubStageDirectory().context)
        let id = DeliveryID(123_456_789)
        let body = String(decoding: try #require(draft.deliveries.first).body(for: id), as: UTF8.self)
        #expect(
            body == #"{"event":"message.received","sessionId":"main","payload":{"messageId":"3EB0","content":"#
                + #"{"text":"Olá \"você\""}},"timestamp":"2025-11-13T02:13:20.000Z","#
                + #""deliveryId":"webhook-main-message.received-1763000000-\#(id.suffix)"}"#
        )
        #expect(DeliveryID("webhook-main-message.received-1763000000-\(id.suffix)") == id)
    }

    @Test func persistKeepsTheMessageAndTheName() throws {
        var draft = message(payload: ["contactName": "Maria"])
        _ = try stage("persist").run(&draft, in: StubStageDirectory().context)
        guard case .message(let stored) = draft.records.first else {
            Issue.record("no message: \(draft.records)")
            return
        }
        #expect(stored.id == "3EB0")
        #expect(stored.content == ["text": "oi"])
        #expect(!stored.isOutbound)
        guard case .contact(let contact) = draft.records.last else {
            Issue.record("no contact")
            return
        }
        #expect(contact.pushName == "Maria")
        #expect(contact.id == maria)
    }

    @Test func mediaMarksWhatIsTooLarge() throws {
        let media = try stage("media: { max_size: 1MiB }")
        var large = message(payload: ["raw_media": ["fileLength": 2_000_000]])
        var small = message(payload: ["raw_media": ["fileLength": 2000]])
        _ = try media.run(&large, in: StubStageDirectory().context)
        _ = try media.run(&small, in: StubStageDirectory().context)
        #expect(large.event.payload["raw_media"]?["tooLarge"] == true)
        #expect(small.event.payload["raw_media"]?["tooLarge"] == nil)
    }

    @Test func everyStageFileIsRegistered() {
        #expect(
            BuiltInStages.all.map { $0.kind } == [
                "persist", "enrich", "media", "filter", "transform", "sign", "deliver", "switch", "stages", "use",
                "drop",
            ]
        )
        for stage in BuiltInStages.all { #expect(!stage.summary.isEmpty) }
    }

    @Test(arguments: [
        ("deliver: [cmr]", "did you mean \"crm\"?"), ("deliver: []", "deliver: [session]"),
        ("deliver: [crm, crm]", "stands here twice"), ("filter: {}", "filter needs keep or drop"),
        ("sign: hamc", "hmac"), ("enrich: [names]", "chat_name"), ("filter: { drop: '.a ==' }", "filter"),
        ("sign: { scheme: hmac, header: \"X A\" }", "header"),
        ("transform", "transform needs one of payload, body and events"),
        ("transform: { payload: ., body: . }", "transform needs one of payload, body and events"),
        ("transform: { bdy: . }", "did you mean \"body\"?"), ("transform: '{'", "\"payload\" is no jq expression"),
    ])
    func mistakesSayWhatToWrite(yaml: String, help: String) {
        let error = #expect(throws: InvalidConfigurationError.self) { _ = try stage(yaml) }
        #expect(error?.description.contains(help) == true, "\(error?.description ?? "")")
    }
}
