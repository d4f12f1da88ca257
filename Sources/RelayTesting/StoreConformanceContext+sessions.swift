internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private func webhook(_ id: String, session: String = "acct") -> SessionWebhook {
        let options: JSONObject = [
            "url": .string("https://\(id).example/hook?token=canary-query"),
            "events": ["message.*", "session.connected"],
            "headers": ["X-Key": "canary-header", "Empty": ""],
            "body": "{\"token\": \"canary-body\"}",
            "retry": ["max_attempts": 5],
            "timeout": "1500ms",
        ]
        var webhook = SessionWebhook(id: id, session: session, options: options, createdAt: now)
        webhook.secrets = [
            WebhookSigningSecret(value: "whsec_canary-new", createdAt: now),
            WebhookSigningSecret(value: "whsec_canary-old", createdAt: now - .seconds(9), expiresAt: now + .seconds(9)),
        ]
        webhook.isEnabled = false
        return webhook
    }

    private func check(_ found: SessionWebhook?, is webhook: SessionWebhook) throws {
        let found = try some(found)
        try equal(found.id, webhook.id)
        try equal(found.session, webhook.session)
        try equal(found.options, webhook.options)
        try equal(found.secrets, webhook.secrets)
        try equal(found.isEnabled, webhook.isEnabled)
        try equal(found.createdAt, webhook.createdAt)
        try equal(found.updatedAt, webhook.updatedAt)
    }

    func managesSessions() async throws {
        let session = Session(id: "acct", label: "Sales", metadata: ["team": ["a", 1]], createdAt: now)
        try await store.createSession(session, webhooks: [webhook("wh_1"), webhook("wh_2")])
        var found = try some(await store.session("acct"))
        try equal(found.label, "Sales")
        try equal(found.metadata, session.metadata)
        try equal(found.status, .unknown)
        try equal(try await store.webhooks(session: "acct").map(\.id), ["wh_1", "wh_2"])
        let (store, taken) = (store, webhook("wh_3"))
        try await fails(with: .conflict) { try await store.createSession(session, webhooks: [taken]) }
        try equal(try await store.webhook("wh_3")?.id, nil, "nothing of it is done")

        clock.advance(by: .seconds(1))
        found.label = nil
        found.metadata = [:]
        found.updatedAt = now
        try await store.updateSession(found)
        let updated = try some(await store.session("acct"))
        try equal(updated.label, nil)
        try equal(updated.metadata, [:])
        try equal(updated.updatedAt, now)
        try equal(updated.createdAt, session.createdAt)
        let unknown = Session(id: "none", createdAt: now)
        try await fails(with: .notFound) { try await store.updateSession(unknown) }
        try expect(try await store.session("none") == nil, "there is no such session")
    }

    func followsSessionEvents() async throws {
        func report(_ change: SessionChange.Change) async throws -> Session {
            clock.advance(by: .seconds(1))
            let event = try await event(chat: nil, type: .sessionConnected)
            let record = HistoryChange.session(SessionChange(session: "acct", change: change, at: now))
            try await store.commit([EventProcessingResult(event: event.id, records: [record])], at: now)
            return try some(await store.session("acct"))
        }
        var session = try await report(.qrUpdated(code: "QR"))
        try equal(session.status, .waitingForScan)
        try equal(session.qrCode, "QR")
        try equal(session.qrGeneratedAt, now)
        session = try await report(.connected(phoneNumber: "5511"))
        try equal(session.status, .connected)
        try equal(session.phoneNumber, "5511")
        try equal(session.connectedAt, now)
        try equal(session.qrCode, nil, "a code that was used")
        session = try await report(.disconnected(reason: "logged out"))
        try equal(session.status, .disconnected)
        try equal(session.disconnectReason, "logged out")
        try equal(session.disconnectedAt, now)
        session = try await report(.connected(phoneNumber: nil))
        try equal(session.phoneNumber, "5511", "nothing new")
        try equal(session.disconnectReason, nil)
        try equal(session.updatedAt, now)
    }

    func listsSessions() async throws {
        for (index, id) in ["b", "a", "c"].enumerated() {
            let label = ["two", "Three", "one%"][index]
            try await store.createSession(Session(id: id, label: label, createdAt: now), webhooks: [])
            clock.advance(by: .seconds(1))
        }
        func list(_ query: SessionQuery, offset: Int = 0, limit: Int = 10) async throws -> [String] {
            try await store.sessions(query, offset: offset, limit: limit).sessions.map(\.id)
        }
        try equal(try await list(SessionQuery()), ["c", "a", "b"], "newest first")
        try equal(try await list(SessionQuery(sort: .id, isDescending: false)), ["a", "b", "c"])
        try equal(try await list(SessionQuery(sort: .id), offset: 1, limit: 1), ["b"])
        try equal(try await store.sessions(SessionQuery(), offset: 2, limit: 1).total, 3)
        try equal(try await list(SessionQuery(search: "T", sort: .id)), ["b", "a"])
        try equal(try await list(SessionQuery(search: "%")), ["c"])
        try equal(try await list(SessionQuery(status: .connected)), [])
        try equal(try await list(SessionQuery(status: .unknown)).count, 3)
        try equal(try await list(SessionQuery(sort: .label, isDescending: false)).count, 3)
        try equal(try await list(SessionQuery(sort: .updatedAt)), ["c", "a", "b"])
    }

    func deletesSessions() async throws {
        try await store.createSession(Session(id: "acct", createdAt: now), webhooks: [webhook("wh_1")])
        _ = try await queue(3, to: "wh_1", lane: "l")
        _ = try await queue(to: "crm")
        let flying = try await claim("wh_1")
        let event = try await event(session: "other")
        func message(_ session: String) -> HistoryChange {
            .message(
                Message(
                    session: session, chat: "a@s", id: "M", isOutbound: false, sender: nil, type: "text",
                    content: .null,
                    status: .sent, timestamp: now, event: event.id
                )
            )
        }
        let contact = Contact(session: "acct", id: "a@s", name: "Ana", updatedAt: now)
        let records: [HistoryChange] = [
            message("acct"), message("other"), .contact(contact),
            .group(Group(session: "acct", id: "g@g.us", name: "x", updatedAt: now)),
        ]
        try await store.commit([EventProcessingResult(event: event.id, records: records)], at: now)

        try equal(try await store.deleteSession("acct", at: now), true)
        try expect(try await store.session("acct") == nil, "the session goes")
        try equal(try await store.webhooks().count, 0)
        try equal(try await store.messages(HistoryMessageQuery(), offset: 0, limit: 9).map(\.session), ["other"])
        try equal(try await store.chats(session: "acct", search: nil, offset: 0, limit: 9).total, 0)
        try equal(try await store.contacts(session: "acct", search: nil, offset: 0, limit: 9).total, 0)
        try equal(try await store.groups(session: "acct", search: nil, offset: 0, limit: 9).total, 0)
        let filter = DeliveryFilter(destination: "wh_1")
        let states = try await store.deliveries(filter, before: nil, offset: 0, limit: 9).map(\.state)
        try equal(states, [.cancelled, .cancelled, .inFlight])
        try await settle(flying[0], .delivered)
        try equal(try await claimIDs("crm").count, 1, "what goes elsewhere goes on")
        try equal(try await store.deleteSession("acct", at: now), false)
        _ = try await self.event(session: "acct")
        try expect(try await store.session("acct") != nil, "it may come back")
        try await checkCounts()
    }

    func keepsWebhooks() async throws {
        var first = webhook("wh_1")
        try await store.saveWebhook(first)
        clock.advance(by: .seconds(1))
        try await store.saveWebhook(webhook("wh_2"))
        try await store.saveWebhook(webhook("wh_3", session: "other"))
        try check(try await store.webhook("wh_1"), is: first)
        first.options = ["url": "https://new.example"]
        first.secrets = []
        first.isEnabled = true
        first.updatedAt = now
        try await store.saveWebhook(first)
        let run = try await reopened()
        try check(try await run.store.webhook("wh_1"), is: first)
        try equal(try await run.store.webhooks(session: "acct").map(\.id), ["wh_1", "wh_2"], "oldest first")
        try equal(Set(try await run.store.webhooks().map(\.id)), ["wh_1", "wh_2", "wh_3"])
        try expect(try await run.store.webhook("none") == nil, "there is no such webhook")
        try await conformance.discard(run.store)
    }

    func deletesWebhooks() async throws {
        try await store.saveWebhook(webhook("wh_1"))
        let ids = try await queue(3, to: "wh_1", lane: "l")
        _ = try await send("wh_1", .dead(.refused))
        let other = try await queue(to: "crm")
        try equal(try await store.deleteWebhook("wh_1", at: now), true)
        try expect(try await store.webhook("wh_1") == nil, "it goes")
        try equal(try await state(ids[0]), .dead)
        try equal(try await state(ids[1]), .cancelled)
        try equal(try await state(ids[2]), .cancelled)
        try equal(try await state(other[0]), .queued)
        try equal(try await store.deleteWebhook("wh_1", at: now), false)
        try await checkCounts()
    }

    func encryptsCredentials() async throws {
        try await store.saveWebhook(webhook("wh_1"))
        let session = Session(id: "acct", label: "visible-label", createdAt: now)
        try await store.createSession(session, webhooks: [webhook("wh_2")])
        let contents = try await conformance.contents(store)
        try expect(Self.contains(contents, "visible-label"), "what is on disk can be seen by this test")
        try expect(!Self.contains(contents, "canary"), "an option's value or a secret is on disk as it is")
    }

    private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
            bytes[start] == wanted[0] && bytes[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }

    func keepsAPIKeys() async throws {
        let digests = (0..<3).map { [UInt8](repeating: $0, count: 32) }
        try equal(try await store.apiKeyDigests(), [])
        try await store.addAPIKey(digest: digests[0], name: "ci", at: now)
        try await store.addAPIKey(digest: digests[1], name: "ops", at: now)
        try equal(Set(try await store.apiKeyDigests()), Set(digests.prefix(2)))
        try await store.addAPIKey(digest: digests[2], name: "ci", at: now)
        try equal(Set(try await store.apiKeyDigests()), Set(digests.suffix(2)))
    }
}
