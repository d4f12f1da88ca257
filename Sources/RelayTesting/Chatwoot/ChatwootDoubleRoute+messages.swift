internal import RelayJSON

extension ChatwootDoubleRoute {
    private static let path = "/conversations/:conversation_id/messages"

    static let messages: [ChatwootDoubleRoute] = [
        application("POST", path, .messageCreate, bots: true) { state, call throws(ChatwootDoubleRefusalError) in
            let message = try state.createMessage(call, in: state.conversation(call))
            return .json(state.view(message))
        },
        application("GET", path, .messageRead) { state, call throws(ChatwootDoubleRefusalError) in
            try state.listMessages(call)
        },
        application("PATCH", path + "/:id", .messageStatus) { state, call throws(ChatwootDoubleRefusalError) in
            try state.updateStatus(call)
        },
        application("PUT", path + "/:id", .messageStatus) { state, call throws(ChatwootDoubleRefusalError) in
            try state.updateStatus(call)
        },
        application("DELETE", path + "/:id", .messageDelete) { state, call throws(ChatwootDoubleRefusalError) in
            let message = try state.message(call)
            state.deleteMessage(message.id)
            return .json(state.view(try state.message(call)))
        },
        application("POST", path + "/:id/retry", .messageStatus) { state, call throws(ChatwootDoubleRefusalError) in
            let message = try state.message(call)
            state.retryMessage(message.id)
            return .json(state.view(try state.message(call)))
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate func message(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError) -> Double.Message {
        let conversation = try conversation(call)
        guard let message = messages[try call.id("id")], message.conversationID == conversation.id else {
            throw .missing
        }
        return message
    }

    fileprivate mutating func updateStatus(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let conversation = try conversation(call)
        guard inboxes[conversation.inboxID]?.channel == .api else {
            throw .error(403, "Message status update is only allowed for API inboxes")
        }
        let message = try message(call)
        setStatus(message.id, call.text("status"), error: call.text("external_error"))
        return .json(view(messages[message.id] ?? message))
    }

    fileprivate func listMessages(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let conversation = try conversation(call)
        let found = page(of: conversation, after: call.number("after"), before: call.number("before"))
        return .json(["meta": listMeta(conversation), "payload": .array(found.map { view($0) })])
    }

    /// A page in ascending order (`message_finder.rb`): the latest 20, 20 before an id, 100 after an id, or 1000
    /// between two ids, of which the first is included.
    func page(
        of conversation: Double.Conversation,
        after: Int?,
        before: Int?,
        where isShown: (Double.Message) -> Bool = { _ in true }
    ) -> [Double.Message] {
        let ids = conversations.messageIDs[conversation.id] ?? []
        let all = ids.lazy.compactMap { messages[$0] }.filter(isShown)
        if let after, let before { return Array(all.filter { $0.id >= after && $0.id < before }.prefix(1000)) }
        if let after { return Array(all.filter { $0.id > after }.prefix(100)) }
        let latest = ids.reversed().lazy.compactMap { messages[$0] }.filter(isShown)
            .filter { $0.id < before ?? .max }
        return latest.prefix(20).reversed()
    }
}
