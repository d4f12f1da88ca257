internal import RelayJSON

/// Actions of users in Chatwoot's web interface. Conversations are identified by their row ids.
extension ChatwootDouble {
    /// A file that an agent sends.
    package struct Upload: Sendable {
        package let name: String
        package let type: String
        package let bytes: [UInt8]

        package init(name: String, type: String, bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.bytes = bytes
        }
    }

    /// An agent writes to a contact, or writes a private note.
    ///
    /// - Parameter user: default: the first user of the account.
    /// - Throws: ``Failure`` when there is no such conversation or no user.
    @discardableResult
    package func agentReplies(
        in conversation: Int,
        _ content: String? = nil,
        attachments: [Upload] = [],
        inReplyTo message: Int? = nil,
        isPrivate: Bool = false,
        by user: Int? = nil
    ) throws -> Message {
        try withState { state in
            let row = try state.known(conversation)
            let first = state.users.values.filter { $0.accountID == row.accountID }.map(\.id).min()
            guard let author = user ?? first else {
                throw ChatwootDoubleError(description: "no user is there to write")
            }
            var draft = ChatwootDoubleState.MessageDraft(kind: .outgoing)
            draft.content = content
            draft.isPrivate = isPrivate
            draft.sender = .user(author)
            if let message { draft.attributes["in_reply_to"] = .int(Int64(message)) }
            draft.attachments = attachments.map { state.attach($0.name, $0.type, $0.bytes, isVoice: false) }
            return state.insertMessage(draft, in: row)
        }
    }

    /// Chatwoot sends an automatic message: a greeting, or a request for a rating with `content_type` `input_csat`.
    @discardableResult
    package func templateIsSent(in conversation: Int, _ content: String, contentType: String = "text") throws -> Message
    {
        try withState { state in
            var draft = ChatwootDoubleState.MessageDraft(kind: .template)
            draft.content = content
            draft.contentType = contentType
            return state.insertMessage(draft, in: try state.known(conversation))
        }
    }

    package func agentDeletes(message: Int) {
        withState { $0.deleteMessage(message) }
    }

    /// An agent clicks "retry" on a failed message.
    package func agentRetries(message: Int) {
        withState { $0.retryMessage(message) }
    }

    package func agentResolves(conversation: Int) {
        setStatus(.resolved, of: conversation)
    }

    package func setStatus(_ status: ConversationStatus, of conversation: Int) {
        withState { $0.change(conversation) { $0.status = status } }
    }

    /// An agent starts or stops typing.
    package func agentTypes(_ isOn: Bool, in conversation: Int, isPrivate: Bool = false, by user: Int) throws {
        try withState { state in
            state.type(isOn ? "on" : "off", in: try state.known(conversation), .user(user), isPrivate: isPrivate)
        }
    }

    /// An agent merges two contacts.
    package func merge(_ mergee: Int, into base: Int) throws {
        try withState { state in
            guard let from = state.contacts[mergee], let into = state.contacts[base] else {
                throw ChatwootDoubleError(description: "there is no contact \(mergee) or \(base)")
            }
            _ = state.merge(from, into: into)
        }
    }
}

extension ChatwootDoubleState {
    fileprivate func known(_ conversation: Int) throws -> ChatwootDouble.Conversation {
        guard let row = conversations[conversation] else {
            throw ChatwootDoubleError(description: "there is no conversation \(conversation)")
        }
        return row
    }
}
