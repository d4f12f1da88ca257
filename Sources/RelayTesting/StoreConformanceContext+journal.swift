internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    func recognizesDuplicates() async throws {
        let first = try await store.accept([Self.message("1", key: "k")], source: "meta", at: now)[0]
        try equal(first.isDuplicate, false)
        clock.advance(by: .seconds(60))
        let again = try await store.accept([Self.message("2", key: "k")], source: "meta", at: now)[0]
        try equal(again, EventAcceptanceResult(id: first.id, isDuplicate: true))
        try equal(try await store.event(first.id)?.payload, ["text": "1"], "the first stays")

        let otherSource = try await store.accept([Self.message("3", key: "k")], source: "waha", at: now)[0]
        let otherSession = try await store.accept([Self.message("4", session: "b", key: "k")], source: "meta", at: now)[
            0]
        // Parts whose plain concatenation would be the same text.
        let shifted = try await store.accept([Self.message("5", session: "acctk", key: "")], source: "meta", at: now)[0]
        try equal([otherSource, otherSession, shifted].map(\.isDuplicate), [false, false, false])

        let twice = try await store.accept(
            [Self.message("6", key: "x"), Self.message("7"), Self.message("8", key: "x"), Self.message("9")],
            source: "meta",
            at: now
        )
        try equal(twice.map(\.isDuplicate), [false, false, true, false])
        try equal(twice[2].id, twice[0].id, "a duplicate in its own document")
        try equal(Set(twice.map(\.id)).count, 3)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 100).count, 7)
        try equal(try await store.accept([], source: "meta", at: now), [])
    }

    func recognizesDuplicatesThatComeAtOnce() async throws {
        let (store, now) = (store, now)
        let answers = try await withThrowingTaskGroup(of: EventAcceptanceResult.self) { group in
            for index in 0..<100 {
                group.addTask {
                    try await store.accept([Self.message("\(index)", key: "k\(index % 5)")], source: "meta", at: now)[0]
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try equal(Set(answers.map(\.id)).count, 5)
        try equal(answers.count { !$0.isDuplicate }, 5)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 100).count, 5)
    }

    func keepsEventsAsTheyCame() async throws {
        let payload: JSONObject = [
            "id": .int(1_152_921_504_606_846_977), "ratio": .number("0.10"),
            "text": .string("olá \u{1F600}\u{0}\n\"x\""),
            "list": .array([.null, .bool(true), .object([:])]), "empty": .string(""),
        ]
        let new = ParsedEvent(
            type: EventType("message.reaction"), session: "acct:1", chat: nil, dedupKey: nil,
            occurredAt: now - .seconds(5), payload: payload,
            raw: RawGatewayDocument(bytes: Array("{ \"a\": 1 }\n".utf8), signature: "sha256=00")
        )
        let id = try await store.accept([new], source: "waha", at: now)[0].id
        let event = try some(await store.event(id))
        for place in ["just accepted", "read again"] {
            try equal(try await store.pendingEvents(after: EventID(0), limit: 9), [event], place)
        }
        try equal(event.payload, payload)
        try equal(event.raw, new.raw, "the document, byte for byte")
        try equal(event.payload.keys, payload.keys, "the order of members")
        try equal(event.type, new.type)
        try equal(event.session, "acct:1")
        try equal(event.chat, nil)
        try equal(event.source, "waha")
        try equal(event.occurredAt, now - .seconds(5))
        try equal(event.receivedAt, now)
        try expect(try await store.event(EventID(id.rawValue + 1)) == nil, "there is no such event")

        let fields = [("X-Hub-Signature-256", "sha256=00"), ("X-Odd", "a  \"b\" [")].map {
            RawGatewayDocument.HeaderField(name: $0, value: $1)
        }
        let original = ParsedEvent(
            type: .documentReceived, session: "waha", payload: ["size": 3],
            raw: RawGatewayDocument(bytes: [0xFF, 0x00, 0x7B], headers: fields))
        let document = try some(
            await store.event(try await store.accept([original], source: "waha", at: now)[0].id))
        try equal(document.raw, original.raw, "with its header fields")
        try expect(try await store.session("waha") == nil, "a source is no session")
    }

    func listsPendingEventsInOrder() async throws {
        var ids: [EventID] = []
        for index in 0..<5 {
            let events = [Self.message("\(index)a"), Self.message("\(index)b")]
            ids += try await store.accept(events, source: "test", at: now).map(\.id)
            if index == 2 { clock.advance(by: .seconds(1)) }
        }
        try equal(ids, ids.sorted(), "ids rise")
        try equal(try await store.pendingEvents(after: EventID(0), limit: 100).map(\.id), ids)
        try equal(try await store.pendingEvents(after: ids[3], limit: 2).map(\.id), [ids[4], ids[5]])
        try await store.commit([EventProcessingResult(event: ids[4])], at: now)
        try equal(try await store.pendingEvents(after: ids[3], limit: 2).map(\.id), [ids[5], ids[6]])
        try expect(try await store.event(ids[4]) != nil, "a processed event can be looked at")
    }

    func registersSessions() async throws {
        _ = try await store.accept(
            [Self.message("1", session: "a"), Self.message("2", session: "b")], source: "t", at: now)
        let first = try some(await store.session("a"))
        try equal(first.status, .unknown)
        try equal(first.createdAt, now)
        try expect(try await store.session("b") != nil, "all sessions of a document")
        clock.advance(by: .seconds(5))
        _ = try await store.accept([Self.message("3", session: "a")], source: "t", at: now)
        try equal(try await store.session("a")?.createdAt, first.createdAt, "once")
    }

    func keepsWhatItAcceptedThroughACrash() async throws {
        let kept = try await store.accept([Self.message("1", key: "k"), Self.message("2")], source: "t", at: now)
        let queued = try await queue(to: "crm")
        let run = try await reopened()
        try equal(try await run.store.pendingEvents(after: EventID(0), limit: 10).map(\.id), kept.map(\.id))
        let again = try await run.store.accept([Self.message("1", key: "k")], source: "t", at: now)
        try equal(again, [EventAcceptanceResult(id: kept[0].id, isDuplicate: true)])
        try equal(try await run.claimIDs(), queued)
        let next = try await run.store.accept([Self.message("3")], source: "t", at: now)[0].id
        try expect(next > kept[1].id, "ids rise through a restart")
        try await conformance.discard(run.store)
    }

    func commitsAResultOnce() async throws {
        let event = try await event()
        let message = Message(
            session: "acct", chat: "a@s", id: "M1", isOutbound: false, sender: nil, type: "text",
            content: ["body": "x"],
            status: .delivered, timestamp: now, event: event.id
        )
        let result = EventProcessingResult(
            event: event.id, records: [.message(message)], deliveries: [plan(event, to: "crm"), plan(event, to: "erp")]
        )
        for _ in 0..<3 { try await store.commit([result, result], at: now) }
        try equal(try await everything().map(\.destination), ["crm", "erp"])
        try equal(try await store.countMessages(HistoryMessageQuery()), 1)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 10).count, 0)
        try await store.commit(
            [EventProcessingResult(event: EventID(1), deliveries: [plan(event, to: "crm")])], at: now)
        try equal(try await everything().count, 2, "deliveries, when there is no such event")
        try await checkCounts()
    }

    func commitsAResultOnceAmongMany() async throws {
        let event = try await event()
        let result = EventProcessingResult(event: event.id, deliveries: [plan(event, to: "crm", lane: "l")])
        let (store, now) = (store, now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await store.commit([result], at: now) } }
            try await group.waitForAll()
        }
        try equal(try await everything().count, 1)
        try await checkCounts()
    }
}
