internal import RelayCore
internal import RelayJSON

/// A person is one person under every id: hidden identity (LID), phone number, both spellings of a phone number.
extension StoreConformanceContext {
    private static let lid = "9000@lid"
    private static let phone = "4915112345678@s.whatsapp.net"

    /// A message that a person sends.
    /// - Parameters:
    ///   - chat: the id under which the gateway reports the person.
    ///   - other: the hidden identity that the gateway reports beside the phone.
    private static func message(_ id: String, chat: String, lid other: String? = nil) -> ParsedEvent {
        var payload: JSONObject = ["messageId": .string(id), "chatId": .string(chat), "from": .string(chat)]
        if let other { payload["chatLid"] = .string(other) }
        return ParsedEvent(
            type: .messageReceived, session: "acct", chat: chat, dedupKey: "message.received|\(chat)|\(id)",
            payload: payload)
    }

    private static func receipt(_ id: String, rank: Int, chat: String, lid other: String? = nil) -> ParsedEvent {
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
        let first = try await accept(Self.message("A", chat: Self.phone, lid: Self.lid))[0]
        let again = try await accept(Self.message("A", chat: Self.lid), Self.message("A", chat: Self.phone))
        try equal(again.map(\.id), [first.id, first.id])
        try equal(again.map(\.isDuplicate), [true, true])
        // An event under the hidden identity alone has the phone as its chat, and keeps the identity beside it.
        let second = try some(await store.event(try await accept(Self.message("B", chat: Self.lid))[0].id))
        try equal(second.chat, Self.phone)
        try equal(
            second.payload,
            [
                "messageId": "B", "chatId": .string(Self.phone), "from": .string(Self.phone),
                "chatLid": .string(Self.lid),
            ])
        try equal(try await pending().map(\.type), [.messageReceived, .messageReceived], "nothing to join")
        // Another session knows nothing of it.
        var other = Self.message("A", chat: Self.lid)
        other.session = "b"
        let result = try await accept(other)[0]
        try equal(result.isDuplicate, false)
        try equal(try await store.event(result.id)?.chat, Self.lid)
    }

    func learnsFromEveryEventBeforeItsKeysAreMade() async throws {
        // The receipt reports the pair; the message beside it in the document has the hidden identity alone.
        let results = try await accept(
            Self.message("A", chat: Self.lid), Self.receipt("Z", rank: 3, chat: Self.phone, lid: Self.lid))
        try equal(try await store.event(results[0].id)?.chat, Self.phone)
        try equal(try await accept(Self.message("A", chat: Self.phone))[0].isDuplicate, true)
        // A duplicate, and a member of a group, report pairs as well.
        var group = Self.message("G", chat: "1@g.us")
        group.payload["participants"] = [["id": "49152@s.whatsapp.net", "lid": "77@lid"]]
        _ = try await accept(group)
        try equal(try await accept(group)[0].isDuplicate, true)
        var author = Self.message("H", chat: "1@g.us")
        author.payload["participant"] = "77@lid"
        let event = try some(await store.event(try await accept(author)[0].id))
        try equal(event.payload["participant"], "49152@s.whatsapp.net")
        try equal(event.payload["participantLid"], "77@lid")
        try equal(event.chat, "1@g.us")
    }

    func receiptsRiseUnderEveryID() async throws {
        try equal(try await accept(Self.receipt("A", rank: 4, chat: Self.lid))[0].isDuplicate, false)
        try equal(
            try await accept(Self.receipt("A", rank: 3, chat: Self.phone, lid: Self.lid))[0].isDuplicate, true,
            "delivered after read, under the other id")
        try equal(try await accept(Self.receipt("A", rank: 5, chat: Self.phone))[0].isDuplicate, false)
        try equal(try await accept(Self.receipt("A", rank: 5, chat: Self.lid))[0].isDuplicate, true)
        // Both were accepted before the pair was known: the higher rank counts.
        _ = try await accept(
            Self.receipt("B", rank: 3, chat: "49153@s.whatsapp.net"), Self.receipt("B", rank: 4, chat: "55@lid"))
        _ = try await accept(Self.message("C", chat: "49153@s.whatsapp.net", lid: "55@lid"))
        try equal(try await accept(Self.receipt("B", rank: 4, chat: "49153@s.whatsapp.net"))[0].isDuplicate, true)
        try equal(try await accept(Self.receipt("B", rank: 5, chat: "55@lid"))[0].isDuplicate, false)
    }

    func joinsKeysWhenThePhoneBecomesKnown() async throws {
        let early = try await accept(Self.message("A", chat: Self.lid), Self.message("B", chat: Self.lid))
        // A reaction in a group, by somebody whose hidden identity is in the key.
        var reaction = Self.message("R", chat: "1@g.us")
        reaction.dedupKey = "message.reaction|1@g.us|R|\(Self.lid)|x"
        _ = try await accept(reaction)
        _ = try await accept(Self.message("C", chat: Self.phone, lid: Self.lid))
        let again = try await accept(
            Self.message("A", chat: Self.phone), Self.message("B", chat: Self.lid),
            Self.message("B", chat: Self.phone))
        try equal(again.map(\.isDuplicate), [true, true, true])
        try equal(again.map(\.id), [early[0].id, early[1].id, early[1].id])
        reaction.dedupKey = "message.reaction|1@g.us|R|\(Self.phone)|x"
        try equal(try await accept(reaction)[0].isDuplicate, true)
    }

    func announcesWhoWasIdentifiedOnce() async throws {
        _ = try await accept(Self.message("A", chat: Self.lid))
        let second = try await accept(Self.message("B", chat: Self.phone, lid: Self.lid))[0]
        _ = try await accept(Self.message("C", chat: Self.phone, lid: Self.lid))
        let events = try await pending()
        try equal(events.map(\.type), [.messageReceived, .contactIdentified, .messageReceived, .messageReceived])
        let news = events[1]
        try expect(news.id < second.id, "it comes before the event that reported the pair")
        try equal(news.chat, Self.phone)
        try equal(news.source, "baileys")
        try equal(news.payload["lid"], .string(Self.lid))
        try equal(news.payload["phone"], "4915112345678")
        try equal(news.payload["chatId"], .string(Self.phone))
        try equal(news.payload["previousChatId"], .string(Self.lid))
        let again = try await reopened()
        _ = try await again.accept(
            Self.message("D", chat: Self.phone, lid: Self.lid), Self.message("A", chat: Self.lid))
        try equal(try await again.pending().count, 5, "the pair and the key of A survive a crash")
    }

    func spellingsOfAPhoneNumberAreOnePerson() async throws {
        let spellings = [
            ("551187654321@s.whatsapp.net", "5511987654321@s.whatsapp.net"),
            ("541123456789@s.whatsapp.net", "5491123456789@s.whatsapp.net"),
        ]
        for (short, long) in spellings {
            let first = try await accept(Self.message("A", chat: short))[0]
            try equal(try await accept(Self.message("A", chat: long))[0].id, first.id)
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
        _ = try await accept(Self.message("A", chat: "551132654321@s.whatsapp.net"))
        try equal(try await accept(Self.message("A", chat: "5511932654321@s.whatsapp.net"))[0].isDuplicate, false)
    }

    // MARK: Lanes

    func joinsLanesInTheOrderOfAcceptance() async throws {
        let first = try await deliver(try await accept(Self.message("1", chat: Self.lid))[0].id)
        let second = try await deliver(try await accept(Self.message("2", chat: Self.phone))[0].id)
        let third = try await deliver(try await accept(Self.message("3", chat: Self.lid))[0].id)
        let early = try await accept(Self.message("4", chat: Self.lid))[0].id
        let one = try await claim(limit: 1)
        let two = try await claim(limit: 1)
        try equal((one + two).map(\.id), [first, second], "not known to be one chat yet")

        let last = try await accept(Self.message("5", chat: Self.phone, lid: Self.lid))[0].id
        try equal(try await claimIDs(), [], "a request of each is in flight")
        _ = try await store.exchange([settlement(two[0], .delivered)], claims: [], at: now)
        try equal(try await claimIDs(), [], "the other one is still in flight")
        // Planned before the phone was known, committed after it.
        let fourth = try await deliver(early, as: Self.lid)
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
        let event = try await accept(Self.message("1", chat: Self.lid))[0].id
        let stored = try some(await store.event(event))
        let lane = DestinationDispatchSettings().lane(session: "acct", chat: Self.lid)
        let plans = ["crm", "erp"].map { plan(stored, to: .configured($0), lane: lane) }
        try await store.commit([EventProcessingResult(event: event, deliveries: plans)], at: now)
        let next = try await accept(Self.message("2", chat: Self.phone, lid: Self.lid))[0].id
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
        for chat in [Self.lid, Self.phone] {
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
        _ = try await accept(Self.message("x", chat: Self.lid))
        try await write(
            stored("A", chat: Self.lid, .sent, at: 1), stored("B", chat: Self.lid, .read, at: 2),
            stored("B", chat: Self.phone, .delivered, at: 3), stored("C", chat: Self.phone, .sent, at: 4),
            stored("D", chat: Self.phone, .sent, at: 5),
            .contact(Contact(session: "acct", id: Self.lid, name: "Ana", pushName: "old", updatedAt: now)),
            .contact(Contact(session: "acct", id: Self.phone, pushName: "Aninha", updatedAt: now))
        )
        _ = try await accept(Self.message("y", chat: Self.phone, lid: Self.lid))
        for chat in [Self.lid, Self.phone] {
            let query = HistoryMessageQuery(session: "acct", chat: chat)
            let found = try await store.messages(query, offset: 0, limit: 10)
            try equal(found.map(\.id), ["D", "C", "B", "A"])
            try equal(found.map(\.status), [.sent, .sent, .read, .sent])
            try equal(Set(found.map(\.chat)), [Self.phone])
            try equal(try await store.countMessages(query), 4)
        }
        let chats = try await store.chats(session: "acct", search: nil, offset: 0, limit: 10).chats
        try equal(chats.map(\.id), [Self.phone])
        try equal(chats.map(\.messageCount), [4])
        try equal(chats.map(\.lastMessageID), ["D"])
        let contacts = try await store.contacts(session: "acct", search: nil, offset: 0, limit: 10).contacts
        try equal(contacts.map(\.id), [Self.phone])
        try equal(contacts.map(\.lid), [Self.lid])
        try equal(contacts.map(\.name), ["Ana"])
        try equal(contacts.map(\.pushName), ["Aninha"], "the phone's own entry goes first")
        // What follows under the hidden identity goes to the phone's rows.
        try await write(
            .status(
                MessageStatusChange(session: "acct", chat: Self.lid, message: "C", status: .read, at: now)),
            stored("E", chat: Self.lid, .sent, at: 9))
        let found = try await store.messages(HistoryMessageQuery(chat: Self.phone), offset: 0, limit: 10)
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

    // MARK: Any order

    /// Messages and receipts of one person, each reported several times and under all ids, in any order and any batches,
    /// between commits, requests and crashes.
    ///
    /// From the event on that reports the pair, each message is one event, and receipts only rise. Before it, a message
    /// that comes under both ids is at most two events. Requests of the person go out one at a time.
    func aPersonIsOneInAnyOrder(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var reports: [(ParsedEvent, message: String)] = []
        for index in 0..<12 {
            for chat in [Self.phone, Self.lid, Self.phone, Self.lid] {
                let lid = chat == Self.phone && index > 5 ? Self.lid : nil
                reports.append((Self.message("M\(index)", chat: chat, lid: lid), "M\(index)"))
                for rank in 3...5 {
                    reports.append((Self.receipt("S\(index)", rank: rank, chat: chat), "S\(index)"))
                }
            }
        }
        reports.shuffle(using: &random)
        var walk = IdentityRandomWalkRecord()
        var run = self
        var next = 0
        while next < reports.count {
            let batch = reports[next..<min(next + Int.random(in: 1...4, using: &random), reports.count)]
            next += batch.count
            walk.isKnown = walk.isKnown || batch.contains { $0.0.payload["chatLid"] != nil }
            let results = try await run.store.accept(batch.map(\.0), source: "baileys", at: run.now)
            for (report, result) in zip(batch, results) where !result.isDuplicate {
                try run.note(report, in: &walk, seed)
            }
            if Bool.random(using: &random) { try await run.processPending() }
            if Bool.random(using: &random) { try await run.exchangeSome(&walk, &random, seed) }
            if Int.random(in: 0..<20, using: &random) == 0 {
                run = try await run.reopened()
                _ = try await run.store.recover(at: run.now) { _ in 1000 }
                walk.inFlight = []
            }
        }
        try await run.processPending()
        while try await run.store.countDeliveries(DeliveryFilter(states: [.queued, .inFlight])) > 0 {
            try await run.exchangeSome(&walk, &random, seed)
            run.clock.advance(by: .seconds(1))
        }
        try equal(walk.sentOutOfOrder, [], "seed \(seed): sent before an older one of the person")
        let identified = try await run.store.deliveries(
            DeliveryFilter(type: .contactIdentified), before: nil, offset: 0, limit: 9)
        try equal(identified.count, walk.wasSplit ? 1 : 0, "seed \(seed): contact.identified")
        let chats = Set(try await run.store.chats(session: "acct", search: nil, offset: 0, limit: 9).chats.map(\.id))
        try equal(chats, [Self.phone], "seed \(seed): one conversation")
    }

    private func note(_ report: (ParsedEvent, message: String), in walk: inout IdentityRandomWalkRecord, _ seed: UInt64)
        throws
    {
        let key = report.0.rank == nil ? report.message : "\(report.message) \(report.0.rank ?? 0)"
        let isLID = report.0.chat == Self.lid
        if !walk.isKnown, isLID { walk.wasSplit = true }
        walk.events[key, default: 0] += 1
        try expect(
            walk.events[key, default: 0] <= (walk.isKnown ? walk.before[key, default: 0] + 1 : 2),
            "seed \(seed): \(key)")
        if walk.isKnown {
            try expect(walk.before[key, default: 0] == 0, "seed \(seed): \(key) came before")
        } else {
            walk.before[key, default: 0] += 1
        }
        guard let rank = report.0.rank else { return }
        let person = walk.isKnown ? report.message : "\(report.message) \(isLID)"
        let last =
            walk.isKnown
            ? [person, "\(person) true", "\(person) false"].compactMap { walk.ranks[$0] }.max() : walk.ranks[person]
        try expect(rank > last ?? 0, "seed \(seed): the receipt of \(person) fell from \(last ?? 0) to \(rank)")
        walk.ranks[person] = rank
    }

    /// Commits what a pipeline with `persist` and `deliver` makes of the events.
    private func processPending() async throws {
        let events = try await pending()
        let results = events.map { event in
            var result = EventProcessingResult(event: event.id)
            let lane = DestinationDispatchSettings().lane(session: event.session, chat: event.chat)
            result.deliveries = [plan(event, to: "crm", lane: lane)]
            if event.type == .messageReceived, let chat = event.chat {
                result.records = [
                    .message(
                        Message(
                            session: "acct", chat: chat, id: event.payload["messageId"]?.string ?? "",
                            isOutbound: false,
                            sender: chat, type: "text", content: .null, status: .delivered, timestamp: now,
                            event: event.id))
                ]
            }
            return result
        }
        try await store.commit(results, at: now)
    }

    private func exchangeSome(_ walk: inout IdentityRandomWalkRecord, _ random: inout SeededGenerator, _ seed: UInt64)
        async throws
    {
        var settlements: [AttemptSettlement] = []
        for delivery in walk.inFlight.shuffled(using: &random) where Bool.random(using: &random) {
            walk.inFlight.removeAll { $0.id == delivery.id }
            let isDelivered = Int.random(in: 0..<3, using: &random) > 0
            settlements.append(settlement(delivery, isDelivered ? .delivered : .retry(at: now + .milliseconds(500))))
            guard isDelivered else { continue }
            // What was started under either id before the pair became known cannot be put in order any more.
            if walk.sent.contains(where: { $0 > delivery.id }) { walk.sentOutOfOrder.append(delivery.id) }
            if !walk.startedBefore.contains(delivery.id) { walk.sent.append(delivery.id) }
        }
        let claimed = try await store.exchange(
            settlements, claims: [DeliveryClaimRequest(destination: "crm", limit: 9)], at: now)[0].deliveries
        try expect(
            !walk.isKnown || claimed.isEmpty || claimed.count == 1 && walk.inFlight.isEmpty,
            "seed \(seed): two requests of one person")
        walk.inFlight += claimed
        if !walk.isKnown { walk.startedBefore.formUnion(claimed.map(\.id)) }
    }
}

/// What a walk of ``StoreConformanceContext/aPersonIsOneInAnyOrder(seed:)`` has seen.
private struct IdentityRandomWalkRecord {
    /// Whether an event has reported the pair.
    var isKnown = false
    /// Whether an event was accepted under the hidden identity before.
    var wasSplit = false
    /// Accepted events by message, and by message and rank.
    var events: [String: Int] = [:]
    /// Those that were accepted before the pair was known.
    var before: [String: Int] = [:]
    var ranks: [String: Int] = [:]
    var inFlight: [ClaimedDelivery] = []
    /// Deliveries that succeeded, without ``startedBefore``.
    var sent: [DeliveryID] = []
    /// Deliveries whose first request began before the pair was known.
    var startedBefore: Set<DeliveryID> = []
    var sentOutOfOrder: [DeliveryID] = []
}
