internal import RelayCore

/// Changes of chats and of the directory that a transaction writes at its end: once for each chat, contact and group, and
/// in one order, so that nodes that share a database do not wait for each other's rows in a circle.
struct DeferredHistory {
    /// What the messages of a chat change in its row.
    struct ChatChange {
        var messages = 0
        var lastMessage = ""
        var lastAt = Timestamp(milliseconds: .min)
    }

    /// By the number of the chat.
    private(set) var chats: [Int64: ChatChange] = [:]
    /// Contacts and groups, in the order in which they were told.
    private(set) var entries: [(record: HistoryChange, isRerun: Bool, key: DirectoryEntryKey)] = []

    var isEmpty: Bool { chats.isEmpty && entries.isEmpty }

    mutating func count(_ message: Message, in chat: Int64) {
        var change = chats[chat] ?? ChatChange()
        change.messages += 1
        if message.timestamp >= change.lastAt {
            change.lastAt = message.timestamp
            change.lastMessage = message.id
        }
        chats[chat] = change
    }

    /// - Parameter record: a contact or a group.
    mutating func add(_ record: HistoryChange, isRerun: Bool) {
        switch record {
        case .contact(let contact):
            entries.append((record, isRerun, DirectoryEntryKey(session: contact.session, id: contact.id)))
        case .group(let group):
            entries.append((record, isRerun, DirectoryEntryKey(session: group.session, id: group.id)))
        default: break
        }
    }
}

extension StoreWriter {
    /// Writes what was deferred. Called before anything reads or deletes the rows, and at the end of the transaction.
    func writeDeferredHistory() throws {
        guard !deferredHistory.isEmpty else { return }
        let deferred = deferredHistory
        deferredHistory = DeferredHistory()
        // Sorting is stable: changes of one entry keep their order.
        let entries = deferred.entries.enumerated().sorted {
            ($0.element.key.session, $0.element.key.id, $0.offset) < (
                $1.element.key.session, $1.element.key.id, $1.offset
            )
        }
        for (_, entry) in entries {
            switch entry.record {
            case .contact(let contact): try write(contact, isRerun: entry.isRerun)
            case .group(let group): try write(group, isRerun: entry.isRerun)
            default: break
            }
        }
        for (chat, change) in deferred.chats.sorted(by: { $0.key < $1.key }) {
            try statements.countMessage.run(
                .int(chat), .text(change.lastMessage), .int(change.lastAt.milliseconds), .int(Int64(change.messages)))
        }
    }
}
