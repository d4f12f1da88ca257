/// The stored records, and the requests so far.
extension ChatwootDouble {
    package var inboxes: [Inbox] { reading { $0.inboxes.values.sorted { $0.id < $1.id } } }

    package var contacts: [Contact] { reading { $0.contacts.rows.values.sorted { $0.id < $1.id } } }

    package var contactInboxes: [ContactInbox] {
        reading { $0.contactInboxes.rows.values.sorted { $0.id < $1.id } }
    }

    package var conversations: [Conversation] {
        reading { $0.conversations.rows.values.sorted { $0.id < $1.id } }
    }

    /// All messages, including private notes, in the order of creation.
    package var messages: [Message] { reading { $0.messages.values.sorted { $0.id < $1.id } } }

    /// The messages of a conversation, by its row id.
    package func messages(in conversation: Int) -> [Message] {
        reading { state in (state.conversations.messageIDs[conversation] ?? []).compactMap { state.messages[$0] } }
    }

    package func inbox(_ id: Int) -> Inbox? { reading { $0.inboxes[id] } }
    package func contact(_ id: Int) -> Contact? { reading { $0.contacts[id] } }
    package func conversation(_ id: Int) -> Conversation? { reading { $0.conversations[id] } }
    package func message(_ id: Int) -> Message? { reading { $0.messages[id] } }

    /// The messages with a source id; more than one when a client posted twice.
    package func messages(sourceID: String) -> [Message] { messages.filter { $0.sourceID == sourceID } }

    /// All typing indicators, in order.
    package var typing: [Typing] { reading(\.typing) }

    /// All webhook calls, in the order of their causes.
    package var webhooks: [WebhookCall] { reading(\.webhooks) }

    /// All posts to the native WhatsApp channel.
    package var whatsAppPosts: [WhatsAppPost] { reading(\.whatsAppPosts) }

    /// Waits until a condition holds, looking again after each change.
    ///
    /// - Throws: ``Failure`` with the name after `timeout`.
    package func wait(
        for expectation: String,
        timeout: Duration = .waitLimit,
        until condition: @escaping @Sendable (ChatwootDouble) -> Bool
    ) async throws {
        try await withWaitLimit(timeout, for: expectation) { [self] in
            "last requests:" + requests.suffix(20).map { "\n  \($0.method) \($0.path)" }.joined()
        } _: { [self] in
            try await withTaskCancellationHandler {
                while true {
                    let version = changes.version
                    if condition(self) { return }
                    await changes.wait(after: version)
                    try Task.checkCancellation()
                }
            } onCancel: {
                // Wakes the waiter, which then looks at its cancellation.
                changes.signal()
            }
        }
    }

    /// Waits until no webhook is under way, those of their consequences included.
    package func webhooksToEnd(timeout: Duration = .waitLimit) async throws {
        try await wait(for: "the end of the webhooks", timeout: timeout) { double in
            !double.webhooks.contains { $0.outcome == .pending }
        }
    }
}
