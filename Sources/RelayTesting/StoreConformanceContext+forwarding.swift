internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private func chat(_ id: String = "a@s", destination: DestinationKey = "desk") -> ForwardedChatMapping.Key {
        ForwardedChatMapping.Key(destination: destination, session: "acct", chat: id)
    }

    private func message(
        _ id: String,
        part: String = "",
        chat: String = "a@s",
        destination: DestinationKey = "desk",
        direction: ForwardedMessage.Direction = .forwarded,
        state: ForwardedMessage.State = .sent,
        remote: Int64? = nil,
        after seconds: Int = 0
    ) -> ForwardedMessage {
        ForwardedMessage(
            key: ForwardedMessage.Key(self.chat(chat, destination: destination), message: id, part: part),
            direction: direction, state: state, remote: remote, updatedAt: now + .seconds(seconds)
        )
    }

    private func parts(_ store: any RelayStore, of id: String, in chat: String = "a@s") async throws
        -> [ForwardedMessage]
    {
        try await store.forwardedParts(of: id, in: self.chat(chat))
    }

    func keepsForwardedChats() async throws {
        try equal(try await store.forwardedChat(chat()), nil)
        var known = ForwardedChatMapping(
            key: chat(), contact: 7, contactSource: "wa-1", conversation: 12, name: "Maria", updatedAt: now)
        let other = ForwardedChatMapping(key: chat(destination: "second"), updatedAt: now)
        try await store.record([.chat(known), .chat(other)])
        try equal(try await store.forwardedChat(chat()), known)
        try equal(try await store.forwardedChat(chat(destination: "second")), other)

        known.conversation = nil
        known.hasUnwrittenContact = true
        known.updatedAt = now + .seconds(1)
        try await store.record([.chat(known)])
        try equal(try await store.forwardedChat(chat()), known)

        try await store.record([.forgetChat(chat())])
        try equal(try await store.forwardedChat(chat()), nil)
        try equal(try await store.forwardedChat(chat(destination: "second")), other, "another destination's")
    }

    func keepsForwardedMessages() async throws {
        var first = message("M", state: .intended, after: 5)
        first.after = 40
        first.conversation = 12
        let file = message("M", part: "file", remote: 42)
        let elsewhere = message("M", destination: "second", remote: 42)
        try await store.record([.message(file), .message(first), .message(elsewhere)])
        try equal(try await parts(store, of: "M"), [first, file])
        try equal(try await parts(store, of: "N"), [])
        try equal(try await store.forwardedMessages(destination: "desk", remote: 42), [file])
        try equal(try await store.forwardedMessages(destination: "desk", remote: 41), [])

        first.state = .sent
        first.remote = 41
        first.status = .read
        let sooner = message("O", state: .intended, after: 1)
        let later = message("P", state: .intended, after: 2)
        let returned = message("Q", direction: .returned, state: .intended)
        let apart = message("R", chat: "b@s", state: .intended)
        try await store.record([later, sooner, returned, apart, first].map { .message($0) })
        try equal(try await parts(store, of: "M"), [first, file])
        let open = try await store.forwardedMessages(
            of: chat(), direction: .forwarded, state: .intended, limit: 9)
        try equal(open, [sooner, later])
        let one = try await store.forwardedMessages(of: chat(), direction: .forwarded, state: .intended, limit: 1)
        try equal(one, [sooner])
        let sent = try await store.forwardedMessages(of: chat(), direction: .forwarded, state: .sent, limit: 9)
        try equal(Set(sent), [first, file])
        let back = try await store.forwardedMessages(of: chat(), direction: .returned, state: .intended, limit: 9)
        try equal(back, [returned])

        try await store.record([.forgetMessage(file.key)])
        try equal(try await parts(store, of: "M"), [first])
    }

    /// Two customers' messages may have the same id, and a message to a broadcast list has one id in every chat.
    func keepsForwardedMessagesOfChatsApart() async throws {
        let first = message("M", chat: "a@s", remote: 1)
        let second = message("M", chat: "b@s", state: .intended)
        var elsewhere = message("M", chat: "c@s")
        elsewhere.key.session = "other"
        try await store.record([.message(first), .message(second), .message(elsewhere)])
        try equal(try await parts(store, of: "M", in: "a@s"), [first])
        try equal(try await parts(store, of: "M", in: "b@s"), [second])
        func chats(_ id: String) async throws -> [ForwardedChatMapping.Key] {
            try await store.forwardedChats(having: id, destination: "desk", session: "acct")
        }
        try equal(try await chats("M"), [chat("a@s"), chat("b@s")])
        try equal(try await chats("N"), [])
        try await store.record([.forgetMessage(second.key)])
        try equal(try await parts(store, of: "M", in: "a@s"), [first])
        try equal(try await chats("M"), [chat("a@s")])
        try equal(try await store.intend(second), nil, "the same id in another chat is no obstacle")
    }

    /// Of many that want to send the same, one may.
    func grantsAnIntentOnce() async throws {
        for round in 0..<20 {
            let id = "M\(round)"
            let answers = try await withThrowingTaskGroup(of: ForwardedMessage?.self) { group in
                for caller in 1...8 {
                    var intent = message(id, state: .intended)
                    intent.conversation = Int64(caller)
                    group.addTask { [intent, store] in try await store.intend(intent) }
                }
                return try await group.reduce(into: [ForwardedMessage?]()) { $0.append($1) }
            }
            try equal(answers.count { $0 == nil }, 1, "the intents that were recorded")
            let recorded = try await parts(store, of: id)
            try equal(recorded.count, 1)
            for case let present? in answers { try equal(present, recorded[0], "what the others are told") }
        }
        let sent = message("S", state: .sent, remote: 9)
        try await store.record([.message(sent)])
        try equal(try await store.intend(message("S", state: .intended)), sent)
        try equal(try await parts(store, of: "S"), [sent], "what was there stays as it is")

        let intent = message("T", state: .intended)
        try equal(try await store.intend(intent), nil)
        let reopened = try await reopened()
        try equal(try await reopened.store.intend(intent), intent, "after a crash")
        try await conformance.discard(reopened.store)
    }

    func keepsForwardedMessagesThroughACrash() async throws {
        let intent = message("M", state: .intended)
        let place = ForwardedChatMapping(key: chat(), conversation: 3, updatedAt: now)
        try await store.record([.message(intent), .chat(place)])
        let reopened = try await reopened()
        try equal(try await parts(reopened.store, of: "M"), [intent])
        try equal(try await reopened.store.forwardedChat(chat()), place)
        try await conformance.discard(reopened.store)
    }

    /// When the phone number of a LID becomes known, the conversation continues under the phone number.
    func renamesForwardedChats() async throws {
        let hidden = ForwardedChatMapping(key: chat("1@lid"), contact: 7, conversation: 12, updatedAt: now)
        try await store.record([.chat(hidden), .message(message("M", chat: "1@lid"))])
        try await store.record([.rename(chat("1@lid"), to: "a@s")])
        try equal(try await store.forwardedChat(chat("1@lid")), nil)
        var renamed = hidden
        renamed.key = chat()
        try equal(try await store.forwardedChat(chat()), renamed)
        try equal(try await parts(store, of: "M").map(\.key), [message("M").key])
        try equal(try await parts(store, of: "M", in: "1@lid"), [])

        let second = ForwardedChatMapping(key: chat("2@lid"), contact: 8, conversation: 13, updatedAt: now)
        try await store.record([
            .chat(second), .message(message("N", chat: "2@lid")), .message(message("M", chat: "2@lid", remote: 99)),
        ])
        try await store.record([.rename(chat("2@lid"), to: "a@s"), .rename(chat("3@lid"), to: "c@s")])
        try equal(try await store.forwardedChat(chat()), renamed, "what the new id had stays")
        try equal(try await store.forwardedChat(chat("2@lid")), nil)
        try equal(try await parts(store, of: "N").map(\.key), [message("N").key])
        try equal(try await parts(store, of: "M"), [message("M")], "what the new id had stays")
        try equal(try await parts(store, of: "M", in: "2@lid"), [])
        try equal(try await store.forwardedChat(chat("c@s")), nil)
    }

    func findsTheForwardedChatOfAHiddenIdentity() async throws {
        let (lid, phone) = ("9000@lid", "5511987654321@s.whatsapp.net")
        try equal(try await store.currentKey(of: chat()), chat())
        try equal(try await store.currentKey(of: chat(lid)), chat(lid), "nobody knows the phone")
        try await store.record([.chat(ForwardedChatMapping(key: chat(lid), contact: 7, updatedAt: now))])
        // The Brazilian number in its short spelling.
        let payload: JSONObject = ["chatId": "551187654321@s.whatsapp.net", "chatLid": .string(lid)]
        let event = ParsedEvent(
            type: .messageReceived, session: "acct", chat: "551187654321@s.whatsapp.net", payload: payload)
        _ = try await store.accept([event], source: "baileys", at: now)
        try equal(try await store.currentKey(of: chat(lid)), chat(lid), "its own entry is not joined yet")
        try equal(try await store.currentKey(of: chat(lid, destination: "second")), chat(phone, destination: "second"))
        try await store.record([.rename(chat(lid), to: phone)])
        try equal(try await store.currentKey(of: chat(lid)), chat(phone))
        let other = ForwardedChatMapping.Key(destination: "desk", session: "other", chat: lid)
        try equal(try await store.currentKey(of: other), other, "another session's identity")
    }

    func sweepsForwardedMessages() async throws {
        let place = ForwardedChatMapping(key: chat(), conversation: 3, updatedAt: now)
        try await store.record([.chat(place), .message(message("old")), .message(message("young", after: 3600))])
        let retention = RetentionPeriods(messages: .seconds(1800))
        while try await store.sweep(retention, at: now + .seconds(3600), limit: 10) > 0 {}
        try equal(try await parts(store, of: "old"), [])
        try equal(try await parts(store, of: "young").count, 1)
        try equal(try await store.forwardedChat(chat()), place, "a chat keeps its place")
    }
}
