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
        let found = try some(await store.session("acct"))
        try equal(found.label, "Sales")
        try equal(found.metadata, session.metadata)
        try equal(found.status, .unknown)
        try equal(try await store.webhooks(session: "acct").map(\.id), ["wh_1", "wh_2"])
        let (store, taken) = (store, webhook("wh_3"))
        try await fails(with: .conflict) { try await store.createSession(session, webhooks: [taken]) }
        try equal(try await store.webhook("wh_3")?.id, nil, "nothing of it is done")

        clock.advance(by: .seconds(1))
        let moment = now
        let result = try await store.changeSession("acct", at: now) { (stored) throws(Refusal) in
            stored.session.label = nil
            stored.session.metadata = [:]
            stored.session.updatedAt = moment
        }
        let changed = try result.get()
        let updated = try some(await store.session("acct"))
        try equal(changed.session, updated)
        try equal(changed.changedWebhooks, [])
        try equal(updated.label, nil)
        try equal(updated.metadata, [:])
        try equal(updated.updatedAt, now)
        try equal(updated.createdAt, session.createdAt)
        try equal(updated.revision, session.revision + 1)
        try await fails(with: .notFound) {
            _ = try await store.changeSession("none", at: moment) { (_) throws(Refusal) in }
        }
        try expect(try await store.session("none") == nil, "there is no such session")
    }

    /// What a change of the suite refuses with.
    private struct Refusal: Error, Equatable {
        var seen: Int64
    }

    func changesASessionAsAWhole() async throws {
        let (moment, added, other) = (now, webhook("wh_3"), webhook("wh_9", session: "other"))
        try await store.createSession(
            Session(id: "acct", label: "a", createdAt: now), webhooks: [webhook("wh_1"), webhook("wh_2")])
        try await store.createSession(Session(id: "other", createdAt: now), webhooks: [other])
        let ids = try await queue(2, to: "wh_1", lane: "l")
        let result = try await store.changeSession("acct", at: now) { (stored) throws(Refusal) in
            stored.session.label = "b"
            stored.webhooks.removeFirst()
            stored.webhooks[0].options["url"] = "https://new.example"
            stored.webhooks.append(added)
        }
        let changed = try result.get()
        try equal(Set(changed.changedWebhooks), ["wh_1", "wh_2", "wh_3"])
        try equal(try await store.webhooks(session: "acct"), changed.webhooks)
        try equal(changed.webhooks.map(\.id), ["wh_2", "wh_3"])
        try equal(changed.webhooks[0].url, "https://new.example")
        try equal(changed.webhooks.map(\.revision), [2, 1])
        try equal(try await store.session("acct"), changed.session)
        for id in ids { try equal(try await state(id), .cancelled) }
        let refused = try await store.changeSession("acct", at: moment) { (stored) throws(Refusal) in
            stored.session.label = "c"
            stored.webhooks = []
            throw Refusal(seen: stored.session.revision)
        }
        guard case .failure(let refusal) = refused else {
            throw StoreConformanceError(description: "it is not refused")
        }
        try equal(refusal, Refusal(seen: changed.session.revision))
        try equal(try await store.session("acct"), changed.session, "nothing of it is done")
        try equal(try await store.webhooks(session: "acct"), changed.webhooks)
        try equal(try await store.webhook("wh_9"), other)
        try await checkCounts()
    }

    /// Each change sees what the others have made, whoever makes them at the same time.
    func losesNoChangeOfAWebhook() async throws {
        try await store.createSession(Session(id: "acct", createdAt: now), webhooks: [webhook("wh_1")])
        let (store, moment) = (store, now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let result = try await store.changeWebhook("wh_1", of: "acct") { (webhook) throws(Refusal) in
                        webhook.secrets.insert(
                            WebhookSigningSecret(value: "whsec_canary-\(index)", createdAt: moment), at: 0)
                    }
                    _ = try result.get()
                }
                group.addTask {
                    let result = try await store.changeWebhook("wh_1", of: "acct") { (webhook) throws(Refusal) in
                        webhook.options["headers"] = .object(["X": .string("\(webhook.revision)")])
                    }
                    _ = try result.get()
                }
            }
            try await group.waitForAll()
        }
        let found = try some(await store.webhook("wh_1"))
        try equal(found.secrets.count, 2 + 40)
        try equal(found.revision, 81)
        try equal(try some(await store.session("acct")).revision, 81, "the session's version has its webhooks'")
        let refused = try await store.changeWebhook("wh_1", of: "acct") { (webhook) throws(Refusal) in
            webhook.isEnabled = true
            throw Refusal(seen: webhook.revision)
        }
        guard case .failure(let refusal) = refused else {
            throw StoreConformanceError(description: "it is not refused")
        }
        try equal(refusal, Refusal(seen: 81))
        try equal(try await store.webhook("wh_1"), found)
        try await fails(with: .notFound) {
            _ = try await store.changeWebhook("wh_1", of: "other") { (_) throws(Refusal) in }
        }
        let kept = try await store.deleteWebhook("wh_1", of: "acct", at: moment) { (webhook) throws(Refusal) in
            throw Refusal(seen: webhook.revision)
        }
        guard case .failure = kept else { throw StoreConformanceError(description: "it is not refused") }
        let keptSession = try await store.deleteSession("acct", at: moment) { (session) throws(Refusal) in
            throw Refusal(seen: session.revision)
        }
        guard case .failure = keptSession else { throw StoreConformanceError(description: "it is not refused") }
        try equal(try await store.webhook("wh_1"), found)
    }

    func limitsWebhooks() async throws {
        let limit = SessionWebhook.maximumPerSession
        let webhooks = (1...limit).map { webhook("wh_\($0)") }
        try await store.createSession(Session(id: "acct", createdAt: now), webhooks: Array(webhooks.dropLast()))
        try await store.createWebhook(webhooks[limit - 1])
        let (store, moment, more) = (store, now, webhook("wh_more"))
        try await fails(with: .limitReached) { try await store.createWebhook(more) }
        try await fails(with: .limitReached) {
            _ = try await store.changeSession("acct", at: moment) { (stored) throws(Refusal) in
                stored.webhooks.append(more)
            }
        }
        let (foreign, taken) = (webhook("wh_x", session: "none"), webhook("wh_1"))
        try await fails(with: .notFound) { try await store.createWebhook(foreign) }
        try equal(try await store.webhooks(session: "acct").count, limit)
        try equal(try await store.deleteWebhook("wh_7", of: "acct", at: now), true)
        try await fails(with: .conflict) { try await store.createWebhook(taken) }
        try await store.createWebhook(more)
        let result = try await store.changeSession("acct", at: now) { (stored) throws(Refusal) in
            stored.webhooks[0] = more
            stored.webhooks.removeLast()
        }
        try equal(try result.get().webhooks.count, limit - 1, "replacing is possible at the limit")
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

        try equal(try await store.deleteSession("acct", at: now), ["wh_1"])
        try expect(try await store.session("acct") == nil, "the session goes")
        try equal(try await store.webhooks().count, 0)
        try equal(try await store.messages(HistoryMessageQuery(), offset: 0, limit: 9).map(\.session), ["other"])
        try equal(try await store.chats(session: "acct", search: nil, offset: 0, limit: 9).total, 0)
        try equal(try await store.contacts(session: "acct", search: nil, offset: 0, limit: 9).total, 0)
        try equal(try await store.groups(session: "acct", search: nil, offset: 0, limit: 9).total, 0)
        let filter = DeliveryFilter(destination: "wh_1")
        let states = try await store.deliveries(filter, before: nil, offset: 0, limit: 9).map(\.state)
        try equal(states, [.cancelled, .cancelled, .inFlight])
        try await settle(flying[0], .retry(at: now))
        try equal(try await state(flying[0].id), .cancelled, "when its attempt ends")
        try equal(try await claimIDs("crm").count, 1, "what goes elsewhere goes on")
        try equal(try await store.deleteSession("acct", at: now), nil)
        _ = try await self.event(session: "acct")
        try expect(try await store.session("acct") != nil, "it may come back")
        try await checkCounts()
    }

    func keepsWebhooks() async throws {
        var first = webhook("wh_1")
        for id in ["acct", "other"] {
            try await store.createSession(Session(id: id, createdAt: now), webhooks: [])
        }
        try await store.createWebhook(first)
        clock.advance(by: .seconds(1))
        try await store.createWebhook(webhook("wh_2"))
        try await store.createWebhook(webhook("wh_3", session: "other"))
        try check(try await store.webhook("wh_1"), is: first)
        first.options = ["url": "https://new.example"]
        first.secrets = []
        first.isEnabled = true
        first.updatedAt = now
        first.revision = 2
        let new = first
        let result = try await store.changeWebhook("wh_1", of: "acct") { (webhook) throws(Refusal) in webhook = new }
        try equal(try result.get(), first)
        let run = try await reopened()
        try check(try await run.store.webhook("wh_1"), is: first)
        try equal(try await run.store.webhooks(session: "acct").map(\.id), ["wh_1", "wh_2"], "oldest first")
        try equal(Set(try await run.store.webhooks().map(\.id)), ["wh_1", "wh_2", "wh_3"])
        try expect(try await run.store.webhook("none") == nil, "there is no such webhook")
        try await conformance.discard(run.store)
    }

    /// Makes a session with a webhook.
    func makeWebhook(_ id: String, session: String) async throws {
        try await store.createSession(Session(id: session, createdAt: now), webhooks: [webhook(id, session: session)])
    }

    func deletesWebhooks() async throws {
        try await makeWebhook("wh_1", session: "acct")
        let ids = try await queue(3, to: "wh_1", lane: "l")
        _ = try await send("wh_1", .dead(.refused))
        let other = try await queue(to: "crm")
        try equal(try await store.deleteWebhook("wh_1", of: "other", at: now), false)
        try equal(try await store.deleteWebhook("wh_1", of: "acct", at: now), true)
        try expect(try await store.webhook("wh_1") == nil, "it goes")
        try equal(try await state(ids[0]), .dead)
        try equal(try await state(ids[1]), .cancelled)
        try equal(try await state(ids[2]), .cancelled)
        try equal(try await state(other[0]), .queued)
        try equal(try await store.deleteWebhook("wh_1", of: "acct", at: now), false)
        try await checkCounts()
    }

    /// Whatever was under way or comes later, nothing is queued for a webhook that was deleted.
    func queuesNothingForADeletedWebhook() async throws {
        try await makeWebhook("wh_1", session: "acct")
        let ids = try await queue(8, to: "wh_1")
        let flying = try await claim("wh_1", limit: 6)
        try await settle(flying[0], .delivered)
        try await settle(flying[1], .dead(.refused))
        let event = try await event()
        try equal(try await store.deleteWebhook("wh_1", of: "acct", at: now), true)

        try await settle(flying[2], .retry(at: now + .seconds(5)))
        try await settle(flying[3], .dead(.exhausted))
        try await settle(flying[4], .delivered)
        try equal(try await state(ids[2]), .cancelled)
        try equal(try await state(ids[3]), .cancelled)
        try equal(try await state(ids[4]), .delivered)
        try equal(try await store.attempts(of: ids[2]).count, 1, "the attempt is recorded")
        // The relay ends during the last one.
        _ = try await store.recover(at: now) { _ in 10 }
        try equal(try await state(ids[5]), .cancelled)

        // A pipeline planned these before the webhook was deleted.
        let planned = plan(event, to: "wh_1", lane: "l")
        try await store.commit([EventProcessingResult(event: event.id, deliveries: [planned, planned])], at: now)
        let late = try await store.deliveries(DeliveryFilter(event: event.id), before: nil, offset: 0, limit: 9)
        try equal(late.map(\.state), [.cancelled, .cancelled])
        try equal(late.map(\.finishedAt), [now, now])
        try equal(try await state(try await store.enqueue(planned, event: event.id, at: now)), .cancelled)

        for id in [ids[0], ids[1], ids[7]] { try equal(try await store.retry(id, at: now), .webhookDeleted) }
        try equal(try await store.replayDeadLetters(DeliveryFilter(), at: now), 0)
        try await store.pause(DestinationPause(destination: "wh_1", reason: .gone, since: now))
        try equal(try await store.pauses().count, 0)
        try equal(try await store.countDeliveries(DeliveryFilter(states: [.queued, .inFlight])), 0)
        try equal(try await store.dueTimes(), [:])
        try await checkCounts()
    }

    func encryptsCredentials() async throws {
        let session = Session(id: "acct", label: "visible-label", createdAt: now)
        try await store.createSession(session, webhooks: [webhook("wh_2")])
        try await store.createWebhook(webhook("wh_1"))
        let result = try await store.changeWebhook("wh_1", of: "acct") { (webhook) throws(Refusal) in
            webhook.options["body"] = "canary-again"
        }
        _ = try result.get()
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
