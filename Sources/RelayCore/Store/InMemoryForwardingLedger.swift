internal import Synchronization

/// A ledger in memory, for a process without a store: a dry run, a test.
package final class InMemoryForwardingLedger: ForwardingLedger {
    fileprivate struct State: Sendable {
        var chats: [ForwardedChatMapping.Key: ForwardedChatMapping] = [:]
        /// Oldest first.
        var messages: [ForwardedMessage] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func forwardedChat(_ key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping? {
        state.withLock { $0.chats[key] }
    }

    /// The key itself: without a store no identities are known.
    package func currentKey(of key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping.Key {
        key
    }

    package func forwardedParts(of message: String, in chat: ForwardedChatMapping.Key) async throws(StoreError)
        -> [ForwardedMessage]
    {
        messages { $0.key.chatKey == chat && $0.key.message == message }.sorted { $0.key.part < $1.key.part }
    }

    package func forwardedChats(
        having message: String, destination: DestinationKey, session: String
    ) async throws(StoreError) -> [ForwardedChatMapping.Key] {
        let found = messages {
            $0.key.destination == destination && $0.key.session == session && $0.key.message == message
        }
        return Set(found.map(\.key.chatKey)).sorted { $0.chat < $1.chat }
    }

    package func forwardedMessages(destination: DestinationKey, remote: Int64) async throws(StoreError)
        -> [ForwardedMessage]
    {
        messages { $0.key.destination == destination && $0.remote == remote }
    }

    package func forwardedMessages(
        of chat: ForwardedChatMapping.Key,
        direction: ForwardedMessage.Direction,
        state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage] {
        let found = messages { entry in
            entry.key.chatKey == chat && entry.direction == direction && entry.state == state
        }
        return Array(found.sorted { $0.updatedAt < $1.updatedAt }.prefix(limit))
    }

    package func intend(_ intent: ForwardedMessage) async throws(StoreError) -> ForwardedMessage? {
        state.withLock { state in
            if let present = state.messages.first(where: { $0.key == intent.key }) { return present }
            state.apply(.message(intent))
            return nil
        }
    }

    package func record(_ changes: [ForwardingLedgerChange]) async throws(StoreError) {
        state.withLock { state in
            for change in changes { state.apply(change) }
        }
    }

    private func messages(_ isWanted: (ForwardedMessage) -> Bool) -> [ForwardedMessage] {
        state.withLock { $0.messages.filter(isWanted) }
    }
}

extension InMemoryForwardingLedger.State {
    fileprivate mutating func apply(_ change: ForwardingLedgerChange) {
        switch change {
        case .chat(let chat):
            chats[chat.key] = chat
        case .message(let message):
            messages.removeAll { $0.key == message.key }
            messages.append(message)
        case .forgetChat(let key):
            chats[key] = nil
        case .forgetMessage(let key):
            messages.removeAll { $0.key == key }
        case .rename(let key, let chat):
            guard key.chat != chat else { return }
            let new = ForwardedChatMapping.Key(destination: key.destination, session: key.session, chat: chat)
            if var place = chats.removeValue(forKey: key), chats[new] == nil {
                place.key = new
                chats[new] = place
            }
            let moved = messages.filter { $0.key.chatKey == key }
            messages.removeAll { $0.key.chatKey == key }
            for var message in moved {
                message.key.chat = chat
                if !messages.contains(where: { $0.key == message.key }) { messages.append(message) }
            }
        }
    }
}
