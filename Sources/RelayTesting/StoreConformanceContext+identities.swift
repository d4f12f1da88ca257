internal import RelayCore
internal import RelayJSON

/// A person is one person under every id: hidden identity (LID), phone number, both spellings of a phone number.
extension StoreConformanceContext {
    static let personLID = "9000@lid"
    static let personPhone = "4915112345678@s.whatsapp.net"

    /// A message that a person sends.
    /// - Parameters:
    ///   - chat: the id under which the gateway reports the person.
    ///   - other: the hidden identity that the gateway reports beside the phone.
    static func personMessage(_ id: String, chat: String, lid other: String? = nil) -> ParsedEvent {
        var payload: JSONObject = ["messageId": .string(id), "chatId": .string(chat), "from": .string(chat)]
        if let other { payload["chatLid"] = .string(other) }
        return ParsedEvent(
            type: .messageReceived, session: "acct", chat: chat, dedupKey: "message.received|\(chat)|\(id)",
            payload: payload)
    }

    static func personReceipt(_ id: String, rank: Int, chat: String, lid other: String? = nil) -> ParsedEvent {
        var payload: JSONObject = ["messageId": .string(id), "chatId": .string(chat)]
        if let other { payload["chatLid"] = .string(other) }
        return ParsedEvent(
            type: rank > 3 ? .messageRead : .messageDelivered, session: "acct", chat: chat,
            dedupKey: "status|\(chat)|\(id)|", rank: rank, payload: payload)
    }

    private func accept(_ events: ParsedEvent...) async throws -> [EventAcceptanceResult] {
        try await store.accept(events, source: "baileys", at: now)
    }

    private func pending() async throws -> [Event] {
        try await store.pendingEvents(after: EventID(0), limit: 100)
    }

    /// Plans a delivery of an event in the lane of its chat. Returns its id.
    private func deliver(_ id: EventID, as chat: String? = nil, to destination: DestinationKey = "crm") async throws
        -> DeliveryID
    {
        let event = try some(await store.event(id))
        let lane = DestinationDispatchSettings().lane(session: event.session, chat: chat ?? event.chat)
        try await store.commit(
            [EventProcessingResult(event: id, deliveries: [plan(event, to: destination, lane: lane)])], at: now)
        let found = try await store.deliveries(DeliveryFilter(event: id), before: nil, offset: 0, limit: 1)
        return try some(found.first).id
    }

    private func write(_ records: HistoryChange...) async throws {
        let event = try await event()
        try await store.commit([EventProcessingResult(event: event.id, records: records)], at: now)
    }

    // MARK: Deduplication

    func knowsAPersonUnderEveryID() async throws {
        let first = try await accept(Self.personMessage("A", chat: Self.personPhone, lid: Self.personLID))[0]
        let again = try await accept(
            Self.personMessage("A", chat: Self.personLID), Self.personMessage("A", chat: Self.personPhone))
        try equal(again.map(\.id), [first.id, first.id])
        try equal(again.map(\.isDuplicate), [true, true])
        // An event under the hidden identity alone has the phone as its chat, and keeps the identity beside it.
        let second = try some(await store.event(try await accept(Self.personMessage("B", chat: Self.personLID))[0].id))
        try equal(second.chat, Self.personPhone)
        try equal(
            second.payload,
            [
                "messageId": "B", "chatId": .string(Self.personPhone), "from": .string(Self.personPhone),
                "chatLid": .string(Self.personLID),
            ])
        try equal(try await pending().map(\.type), [.messageReceived, .messageReceived], "nothing to join")
        // Another session knows nothing of it.
        var other = Self.personMessage("A", chat: Self.personLID)
        other.session = "b"
        let result = try await accept(other)[0]
        try equal(result.isDuplicate, false)
        try equal(try await store.event(result.id)?.chat, Self.personLID)
    }

    func learnsFromEveryEventBeforeItsKeysAreMade() async throws {
        // The receipt reports the pair; the message beside it in the document has the hidden identity alone.
        let results = try await accept(
            Self.personMessage("A", chat: Self.personLID),
            Self.personReceipt("Z", rank: 3, chat: Self.personPhone, lid: Self.personLID))
        try equal(try await store.event(results[0].id)?.chat, Self.personPhone)
        try equal(try await accept(Self.personMessage("A", chat: Self.personPhone))[0].isDuplicate, true)
        // A duplicate, and a member of a group, report pairs as well.
        var group = Self.personMessage("G", chat: "1@g.us")
        group.payload["participants"] = [["id": "49152@s.whatsapp.net", "lid": "77@lid"]]
        _ = try await accept(group)
        try equal(try await accept(group)[0].isDuplicate, true)
        var author = Self.personMessage("H", chat: "1@g.us")
        author.payload["participant"] = "77@lid"
        let event = try some(await store.event(try await accept(author)[0].id))
        try equal(event.payload["participant"], "49152@s.whatsapp.net")
        try equal(event.payload["participantLid"], "77@lid")
        try equal(event.chat, "1@g.us")
    }

    func receiptsRiseUnderEveryID() async throws {
        try equal(try await accept(Self.personReceipt("A", rank: 4, chat: Self.personLID))[0].isDuplicate, false)
        try equal(
            try await accept(Self.personReceipt("A", rank: 3, chat: Self.personPhone, lid: Self.personLID))[0]
                .isDuplicate, true,
            "delivered after read, under the other id")
        try equal(try await accept(Self.personReceipt("A", rank: 5, chat: Self.personPhone))[0].isDuplicate, false)
        try equal(try await accept(Self.personReceipt("A", rank: 5, chat: Self.personLID))[0].isDuplicate, true)
        // Both were accepted before the pair was known: the higher rank counts.
        _ = try await accept(
            Self.personReceipt("B", rank: 3, chat: "49153@s.whatsapp.net"),
            Self.personReceipt("B", rank: 4, chat: "55@lid"))
        _ = try await accept(Self.personMessage("C", chat: "49153@s.whatsapp.net", lid: "55@lid"))
        try equal(try await accept(Self.personReceipt("B", rank: 4, chat: "49153@s.whatsapp.net"))[0].isDuplicate, true)
        try equal(try await accept(Self.personReceipt("B", rank: 5, chat: "55@lid"))[0].isDuplicate, false)
    }

    func joinsKeysWhenThePhoneBecomesKnown() async throws {
        let early = try await accept(
            Self.personMessage("A", chat: Self.personLID), Self.personMessage("B", chat: Self.personLID))
        // A reaction in a group, by somebody whose hidden identity is in the key.
        var reaction = Self.personMessage("R", chat: "1@g.us")
        reaction.dedupKey = "message.reaction|1@g.us|R|\(Self.personLID)|x"
        _ = try await accept(reaction)
        _ = try await accept(Self.personMessage("C", chat: Self.personPhone, lid: Self.personLID))
        let again = try await accept(
            Self.personMessage("A", chat: Self.personPhone), Self.personMessage("B", chat: Self.personLID),
            Self.personMessage("B", chat: Self.personPhone))
        try equal(again.map(\.isDuplicate), [true, true, true])
        try equal(again.map(\.id), [early[0].id, early[1].id, early[1].id])
        reaction.dedupKey = "message.reaction|1@g.us|R|\(Self.personPhone)|x"
        try equal(try await accept(reaction)[0].isDuplicate, true)
    }

    func announcesWhoWasIdentifiedOnce() async throws {
        _ = try await accept(Self.personMessage("A", chat: Self.personLID))
        let second = try await accept(Self.personMessage("B", chat: Self.personPhone, lid: Self.personLID))[0]
        _ = try await accept(Self.personMessage("C", chat: Self.personPhone, lid: Self.personLID))
        let events = try await pending()
        try equal(events.map(\.type), [.messageReceived, .contactIdentified, .messageReceived, .messageReceived])
        let news = events[1]
        try expect(news.id < second.id, "it comes before the event that reported the pair")
        try equal(news.chat, Self.personPhone)
        try equal(news.source, "baileys")
        try equal(news.payload["lid"], .string(Self.personLID))
        try equal(news.payload["phone"], "4915112345678")
        try equal(news.payload["chatId"], .string(Self.personPhone))
        try equal(news.payload["previousChatId"], .string(Self.personLID))
        let again = try await reopened()
        _ = try await again.accept(
            Self.personMessage("D", chat: Self.personPhone, lid: Self.personLID),
            Self.personMessage("A", chat: Self.personLID))
        try equal(try await again.pending().count, 5, "the pair and the key of A survive a crash")
    }

    func spellingsOfAPhoneNumberAreOnePerson() async throws {
        let spellings = [
            ("551187654321@s.whatsapp.net", "5511987654321@s.whatsapp.net"),
            ("541123456789@s.whatsapp.net", "5491123456789@s.whatsapp.net"),
        ]
        for (short, long) in spellings {
            let first = try await accept(Self.personMessage("A", chat: short))[0]
            try equal(try await accept(Self.personMessage("A", chat: long))[0].id, first.id)
            try equal(try await store.event(first.id)?.chat, short, "events have the spelling of the gateway")
            let settings = DestinationDispatchSettings()
            try equal(settings.lane(session: "acct", chat: short), settings.lane(session: "acct", chat: long))
            let delivery = try await deliver(first.id)
            for chat in [short, long] {
                let found = try await store.deliveries(DeliveryFilter(chat: chat), before: nil, offset: 0, limit: 9)
                try equal(found.map(\.id), [delivery], "both spellings find it")
            }
        }
        // A landline has one spelling.
        _ = try await accept(Self.personMessage("A", chat: "551132654321@s.whatsapp.net"))
        try equal(try await accept(Self.personMessage("A", chat: "5511932654321@s.whatsapp.net"))[0].isDuplicate, false)
    }

    // MARK: Lanes

    func joinsLanesInTheOrderOfAcceptance() async throws {
        let first = try await deliver(try await accept(Self.personMessage("1", chat: Self.personLID))[0].id)
        let second = try await deliver(try await accept(Self.personMessage("2", chat: Self.personPhone))[0].id)
        let third = try await deliver(try await accept(Self.personMessage("3", chat: Self.personLID))[0].id)
        let early = try await accept(Self.personMessage("4", chat: Self.personLID))[0].id
        let one = try await claim(limit: 1)
        let two = try await claim(limit: 1)
        try equal((one + two).map(\.id), [first, second], "not known to be one chat yet")

        let last = try await accept(Self.personMessage("5", chat: Self.personPhone, lid: Self.personLID))[0].id
        try equal(try await claimIDs(), [], "a request of each is in flight")
        _ = try await store.exchange([settlement(two[0], .delivered)], claims: [], at: now)
        try equal(try await claimIDs(), [], "the other one is still in flight")
        // Planned before the phone was known, committed after it.
        let fourth = try await deliver(early, as: Self.personLID)
        let fifth = try await deliver(last)
        let retry = AttemptSettlement.Next.retry(at: now + .seconds(2))
        _ = try await store.exchange([settlement(one[0], retry)], claims: [], at: now)
        try equal(try await claimIDs(), [], "the first waits for its retry, and all of the chat behind it")
        clock.advance(by: .seconds(2))
        for expected in [first, third, fourth, fifth] {
            let claimed = try await claim()
            try equal(claimed.map(\.id), [expected])
            _ = try await store.exchange([settlement(claimed[0], .delivered)], claims: [], at: now)
        }
    }

    func joinsLanesOfEveryDestination() async throws {
        let event = try await accept(Self.personMessage("1", chat: Self.personLID))[0].id
        let stored = try some(await store.event(event))
        let lane = DestinationDispatchSettings().lane(session: "acct", chat: Self.personLID)
        let plans = ["crm", "erp"].map { plan(stored, to: .configured($0), lane: lane) }
        try await store.commit([EventProcessingResult(event: event, deliveries: plans)], at: now)
        let next = try await accept(Self.personMessage("2", chat: Self.personPhone, lid: Self.personLID))[0].id
        for name in ["crm", "erp"] {
            let found = try await claim(.configured(name))
            try equal(found.count, 1, name)
            _ = try await store.exchange([settlement(found[0], .dead(.refused))], claims: [], at: now)
        }
        let second = try await deliver(next)
        try equal(try await claimIDs(), [second])
        // A dead letter that is replayed comes back into the phone's lane.
        let letter = try some(
            await store.deliveries(
                DeliveryFilter(states: [.dead], destination: "crm"), before: nil, offset: 0, limit: 1
            ).first)
        try equal(try await store.retry(letter.id, at: now), .done)
        try equal(try await claimIDs(), [], "one of its lane is in flight")
        for chat in [Self.personLID, Self.personPhone] {
            let found = try await store.deliveries(
                DeliveryFilter(destination: "crm", chat: chat), before: nil, offset: 0, limit: 9)
            try equal(found.count, 2, "both ids find what was sent under either")
        }
    }

    // MARK: History

    func joinsHistoryAndDirectory() async throws {
        func stored(_ id: String, chat: String, _ status: MessageStatus, at second: Int) -> HistoryChange {
            .message(
                Message(
                    session: "acct", chat: chat, id: id, isOutbound: true, sender: nil, type: "text",
                    content: .string("\(id) \(chat)"), status: status, timestamp: now + .seconds(second),
                    event: EventID(Int64(second))))
        }
        _ = try await accept(Self.personMessage("x", chat: Self.personLID))
        try await write(
            stored("A", chat: Self.personLID, .sent, at: 1), stored("B", chat: Self.personLID, .read, at: 2),
            stored("B", chat: Self.personPhone, .delivered, at: 3), stored("C", chat: Self.personPhone, .sent, at: 4),
            stored("D", chat: Self.personPhone, .sent, at: 5),
            .contact(Contact(session: "acct", id: Self.personLID, name: "Ana", pushName: "old", updatedAt: now)),
            .contact(Contact(session: "acct", id: Self.personPhone, pushName: "Aninha", updatedAt: now))
        )
        _ = try await accept(Self.personMessage("y", chat: Self.personPhone, lid: Self.personLID))
        for chat in [Self.personLID, Self.personPhone] {
            let query = HistoryMessageQuery(session: "acct", chat: chat)
            let found = try await store.messages(query, offset: 0, limit: 10)
            try equal(found.map(\.id), ["D", "C", "B", "A"])
            try equal(found.map(\.status), [.sent, .sent, .read, .sent])
            try equal(Set(found.map(\.chat)), [Self.personPhone])
            try equal(try await store.countMessages(query), 4)
        }
        let chats = try await store.chats(session: "acct", search: nil, offset: 0, limit: 10).chats
        try equal(chats.map(\.id), [Self.personPhone])
        try equal(chats.map(\.messageCount), [4])
        try equal(chats.map(\.lastMessageID), ["D"])
        let contacts = try await store.contacts(session: "acct", search: nil, offset: 0, limit: 10).contacts
        try equal(contacts.map(\.id), [Self.personPhone])
        try equal(contacts.map(\.lid), [Self.personLID])
        try equal(contacts.map(\.name), ["Ana"])
        try equal(contacts.map(\.pushName), ["Aninha"], "the phone's own entry goes first")
        // What follows under the hidden identity goes to the phone's rows.
        try await write(
            .status(
                MessageStatusChange(session: "acct", chat: Self.personLID, message: "C", status: .read, at: now)),
            stored("E", chat: Self.personLID, .sent, at: 9))
        let found = try await store.messages(HistoryMessageQuery(chat: Self.personPhone), offset: 0, limit: 10)
        try equal(found.map(\.id), ["E", "D", "C", "B", "A"])
        try equal(found.map(\.status), [.sent, .sent, .read, .read, .sent])
        try equal(try await store.chats(session: "acct", search: nil, offset: 0, limit: 10).total, 1)
    }

    func keepsOneChatForBothSpellings() async throws {
        let (short, long) = ("551187654321@s.whatsapp.net", "5511987654321@s.whatsapp.net")
        func stored(_ id: String, chat: String) -> HistoryChange {
            .message(
                Message(
                    session: "acct", chat: chat, id: id, isOutbound: false, sender: chat, type: "text",
                    content: .string(id), status: .sent, timestamp: now, event: EventID(1)))
        }
        try await write(
            stored("A", chat: short), stored("B", chat: long), stored("A", chat: long),
            .contact(Contact(session: "acct", id: short, name: "Ana", updatedAt: now)),
            .contact(Contact(session: "acct", id: long, pushName: "Aninha", updatedAt: now))
        )
        let chats = try await store.chats(session: nil, search: nil, offset: 0, limit: 10).chats
        try equal(chats.map(\.id), [short], "the spelling of the gateway")
        try equal(chats.map(\.messageCount), [2])
        try equal(chats.map(\.name), ["Ana"])
        for chat in [short, long] {
            try equal(try await store.countMessages(HistoryMessageQuery(chat: chat)), 2)
            let found = try await store.contacts([DirectoryEntryKey(session: "acct", id: chat)])
            try equal(found.map(\.name), ["Ana"])
            try equal(found.map(\.pushName), ["Aninha"])
        }
    }
}
