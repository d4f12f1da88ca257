internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private func message(
        _ id: String, chat: String = "a@s", session: String = "acct", status: MessageStatus = .sent,
        at moment: Timestamp? = nil,
        type: String = "text", outbound: Bool = true, content: JSON = ["body": "x"]
    ) -> Message {
        Message(
            session: session, chat: chat, id: id, isOutbound: outbound, sender: "me@s", type: type, content: content,
            status: status, timestamp: moment ?? now, event: EventID(7)
        )
    }

    private func write(_ records: HistoryChange...) async throws {
        let event = try await event()
        try await store.commit([EventProcessingResult(event: event.id, records: records)], at: now)
    }

    private func stored(_ id: String = "M") async throws -> Message {
        try some(await store.messages(HistoryMessageQuery(), offset: 0, limit: 100).first { $0.id == id })
    }

    func keepsTheFirstMessage() async throws {
        let first = message("M", content: ["body": "first", "big": .int(1_152_921_504_606_846_977)])
        try await write(.message(first))
        var second = message("M", status: .read, content: ["body": "second"])
        second.type = "image"
        second.sender = "you@s"
        try await write(.message(second), .message(message("M", chat: "b@s")))
        let stored = try await store.messages(HistoryMessageQuery(chat: "a@s"), offset: 0, limit: 10)
        try equal(stored.count, 1)
        try equal(stored[0].content, first.content)
        try equal(stored[0].type, "text")
        try equal(stored[0].sender, "me@s")
        try equal(stored[0].isOutbound, true)
        try equal(stored[0].event, EventID(7))
        try equal(stored[0].timestamp, now)
        try equal(stored[0].status, .read, "the status rises")
        try equal(try await store.countMessages(HistoryMessageQuery()), 2, "an id is one chat's")
    }

    func replacesAMessageThatCouldNotBeRead() async throws {
        let reason: JSON = ["reason": "undecryptable"]
        try await write(.message(message("M", type: Message.unreadableType, outbound: false, content: reason)))
        try await write(.message(message("M", type: Message.unreadableType, outbound: false, content: ["reason": "x"])))
        try equal(try await stored().content, reason)
        var readable = message("M", outbound: false, content: ["text": "it arrived"])
        readable.event = EventID(8)
        try await write(.message(readable))
        try equal(try await stored().type, "text")
        try equal(try await stored().content, ["text": "it arrived"])
        try equal(try await stored().event, EventID(8))
        try await write(.message(message("M", type: Message.unreadableType, outbound: false, content: reason)))
        try equal(try await stored().type, "text", "a placeholder never replaces the message")
        try equal(try await store.countMessages(HistoryMessageQuery()), 1)
        try await write(.message(message("D", type: Message.unreadableType, outbound: false, content: reason)))
        try await write(.deleted(session: "acct", chat: "a@s", message: "D", at: now))
        try await write(.message(message("D", outbound: false, content: ["text": "late"])))
        try equal(try await stored("D").content, .null, "a deleted message stays deleted")
    }

    func raisesTheStatus() async throws {
        // For each current state and each reported status, the resulting state.
        let table: [(from: MessageStatus, report: MessageStatus, to: MessageStatus)] = [
            (.pending, .sent, .sent), (.pending, .read, .read), (.sent, .pending, .sent),
            (.sent, .delivered, .delivered),
            (.delivered, .sent, .delivered), (.delivered, .read, .read), (.read, .delivered, .read),
            (.read, .read, .read),
            (.pending, .failed, .failed), (.sent, .failed, .failed), (.delivered, .failed, .delivered),
            (.read, .failed, .read),
            (.failed, .delivered, .delivered), (.failed, .read, .read), (.failed, .sent, .failed),
            (.failed, .pending, .failed),
        ]
        for (index, row) in table.enumerated() {
            let id = "M\(index)"
            let change = MessageStatusChange(session: "acct", chat: "a@s", message: id, status: row.report, at: now)
            try await write(.message(message(id, status: row.from)), .status(change))
            try equal(try await stored(id).status, row.to, "\(row.from) and then \(row.report)")
        }
        try await write(
            .status(MessageStatusChange(session: "acct", chat: "a@s", message: "unknown", status: .read, at: now))
        )
        try equal(try await store.countMessages(HistoryMessageQuery()), table.count)
    }

    func editsAndDeletesMessages() async throws {
        try await write(.message(message("M")))
        let later = now + .seconds(5)
        try await write(.edited(session: "acct", chat: "a@s", message: "M", content: ["body": "edited"], at: later))
        try equal(try await stored().content, ["body": "edited"])
        try equal(try await stored().editedAt, later)
        try await write(.edited(session: "acct", chat: "a@s", message: "M", content: ["body": "older"], at: now))
        try equal(try await stored().content, ["body": "edited"], "an older edit that comes late")
        try await write(.deleted(session: "acct", chat: "a@s", message: "M", at: later))
        try equal(try await stored().content, .null)
        try equal(try await stored().deletedAt, later)
        try await write(.edited(session: "acct", chat: "a@s", message: "M", content: ["body": "x"], at: later))
        try await write(.message(message("M")))
        try equal(try await stored().content, .null, "what is deleted stays deleted")
    }

    func keepsChats() async throws {
        let group = Group(session: "acct", id: "g@g.us", name: "Team", imageURL: "http://g", updatedAt: now)
        try await write(
            .message(message("1", chat: "a@s.whatsapp.net", at: now)),
            .message(message("2", chat: "g@g.us", at: now + .seconds(2))),
            .message(message("3", chat: "a@s.whatsapp.net", at: now + .seconds(5))),
            .message(message("4", chat: "a@s.whatsapp.net", at: now + .seconds(3))),
            .message(message("3", chat: "a@s.whatsapp.net", at: now + .seconds(9))),
            .message(message("5", chat: "z@s.whatsapp.net", session: "other", at: now + .seconds(1))),
            .contact(Contact(session: "acct", id: "a@s.whatsapp.net", name: "Ana", pushName: "ana p", updatedAt: now)),
            .group(group)
        )
        let (chats, total) = try await store.chats(session: "acct", search: nil, offset: 0, limit: 10)
        try equal(total, 2)
        try equal(chats.map(\.id), ["a@s.whatsapp.net", "g@g.us"])
        try equal(chats.map(\.kind), [.direct, .group])
        try equal(chats.map(\.name), ["Ana", "Team"])
        try equal(chats.map(\.imageURL), [nil, "http://g"])
        try equal(chats.map(\.messageCount), [3, 1], "new messages only")
        try equal(chats[0].lastMessageID, "3")
        try equal(chats[0].lastMessageAt, now + .seconds(5))
        let all = try await store.chats(session: nil, search: nil, offset: 1, limit: 1)
        try equal(all.total, 3)
        try equal(all.chats.map(\.id), ["g@g.us"])
        let found = try await store.chats(session: nil, search: "TEA", offset: 0, limit: 5)
        try equal(found.chats.map(\.id), ["g@g.us"])
    }

    func mergesContacts() async throws {
        try await write(.contact(Contact(session: "acct", id: "a@s", lid: "9@lid", pushName: "ana", updatedAt: now)))
        let later = now + .seconds(5)
        try await write(
            .contact(Contact(session: "acct", id: "a@s", name: "Ana", imageURL: "", updatedAt: later)),
            .contact(Contact(session: "b", id: "a@s", name: "other", updatedAt: now))
        )
        let key = DirectoryEntryKey(session: "acct", id: "a@s")
        let contacts = try await store.contacts([key, DirectoryEntryKey(session: "acct", id: "nobody")])
        let expected = Contact(
            session: "acct", id: "a@s", lid: "9@lid", name: "Ana", pushName: "ana", imageURL: "", updatedAt: later
        )
        try equal(contacts, [expected])
        try await write(.contact(Contact(session: "acct", id: "a@s", pushName: "ana maria", updatedAt: now)))
        try equal(try await store.contacts([key])[0].pushName, "ana maria")
        try equal(try await store.contacts([key])[0].updatedAt, later, "never goes back")
        try equal(try await store.contacts([]), [])
    }

    func mergesGroups() async throws {
        try await write(.group(Group(session: "acct", id: "g@g.us", name: "Team", size: 3, updatedAt: now)))
        let later = now + .seconds(5)
        try await write(
            .group(Group(session: "acct", id: "g@g.us", about: "us", owner: "a@s", size: 4, updatedAt: later)))
        let groups = try await store.groups([DirectoryEntryKey(session: "acct", id: "g@g.us")])
        let expected = Group(
            session: "acct", id: "g@g.us", name: "Team", about: "us", owner: "a@s", size: 4, updatedAt: later
        )
        try equal(groups, [expected])
        try equal(try await store.groups([]), [])
    }

    func queriesMessages() async throws {
        let start = now
        for index in 0..<6 {
            let (even, third) = (index % 2 == 0, index % 3 == 0)
            try await write(
                .message(
                    message(
                        "M\(index)", chat: even ? "a@s" : "b@s", at: start + .seconds(Int64(index)),
                        type: third ? "image" : "text", outbound: index < 2
                    )
                )
            )
        }
        try await write(.message(message("N", session: "other", at: start + .seconds(6))))

        func matches(_ query: HistoryMessageQuery, _ expected: [String]) async throws {
            try equal(try await store.messages(query, offset: 0, limit: 50).map(\.id), expected, "\(query)")
            try equal(try await store.countMessages(query), expected.count, "\(query)")
        }
        try await matches(HistoryMessageQuery(), ["N", "M5", "M4", "M3", "M2", "M1", "M0"])
        try await matches(HistoryMessageQuery(session: "acct", chat: "a@s"), ["M4", "M2", "M0"])
        try await matches(HistoryMessageQuery(type: "image"), ["M3", "M0"])
        try await matches(HistoryMessageQuery(session: "acct", isOutbound: true), ["M1", "M0"])
        try await matches(HistoryMessageQuery(isOutbound: false), ["M5", "M4", "M3", "M2"])
        try await matches(HistoryMessageQuery(since: start + .seconds(2), until: start + .seconds(4)), ["M3", "M2"])
        let page = try await store.messages(HistoryMessageQuery(session: "acct"), offset: 2, limit: 2)
        try equal(page.map(\.id), ["M3", "M2"])
    }

    func searchesTheDirectory() async throws {
        try await write(
            .contact(Contact(session: "acct", id: "1@s", name: "Ana 100%", updatedAt: now)),
            .contact(Contact(session: "acct", id: "2@s", pushName: "Bea", updatedAt: now)),
            .contact(Contact(session: "b", id: "3@s", verifiedName: "Ana Ltd", updatedAt: now)),
            .group(Group(session: "acct", id: "g1@g.us", name: "Sales", updatedAt: now)),
            .group(Group(session: "acct", id: "g2@g.us", about: "all of sales", updatedAt: now))
        )
        func contacts(_ session: String?, _ search: String?) async throws -> [String] {
            let (contacts, total) = try await store.contacts(session: session, search: search, offset: 0, limit: 50)
            try equal(total, contacts.count)
            return contacts.map(\.id)
        }
        try equal(try await contacts(nil, nil), ["1@s", "2@s", "3@s"])
        try equal(try await contacts(nil, "ana"), ["1@s", "3@s"])
        try equal(try await contacts("acct", "ana"), ["1@s"])
        try equal(try await contacts(nil, "0%"), ["1@s"])
        try equal(try await contacts(nil, "_"), [], "no wildcards")
        try equal(try await contacts(nil, "2@"), ["2@s"])
        let page = try await store.contacts(session: nil, search: nil, offset: 1, limit: 1)
        try equal(page.contacts.map(\.id), ["2@s"])
        try equal(page.total, 3)
        let groups = try await store.groups(session: "acct", search: "SALES", offset: 0, limit: 50)
        try equal(groups.groups.map(\.id), ["g1@g.us", "g2@g.us"])
        try equal(groups.total, 2)
    }
}
