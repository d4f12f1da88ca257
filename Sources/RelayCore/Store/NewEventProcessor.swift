/// Runs pipelines on new events in the transaction that accepts them. An event whose stages need not wait is then written
/// once, with its result, and never read back.
///
/// The store makes all calls from one thread at a time: ``beginTransaction(_:)``, any of the others, and
/// ``endTransaction(isCommitted:)``.
package protocol NewEventProcessor: Sendable {
    /// - Parameters:
    ///   - isShared: whether other processes add pending events and process them, so that they must be read each time.
    ///   - pending: reads the events that are accepted and not processed, at most as many as asked for.
    func beginTransaction(isShared: Bool, _ pending: (_ limit: Int) throws -> [PendingEventKey]) throws

    /// Runs the pipelines on an event that is about to be stored.
    /// - Parameters:
    ///   - fingerprint: the same whenever the same event arrives.
    ///   - size: bytes of its payload.
    ///   - directory: reads what the store knows of people and groups.
    /// - Returns: nil when the event must be stored as pending: a stage waits, the event's chat has events that are
    ///   pending, or the run would take long.
    func process(
        _ event: Event, fingerprint: UInt64, size: Int, directory: any StoredDirectory
    ) throws -> EventProcessingResult?

    /// An event was stored that no pipeline has processed.
    func isPending(_ event: PendingEventKey)

    /// From now on a chat's hidden identity and its phone are one chat.
    func join(session: String, lid: String, phone: String)

    /// - Parameter isCommitted: false: the transaction changed nothing; its events may come again.
    func endTransaction(isCommitted: Bool)
}

/// An event that no pipeline has processed, and its chat.
package struct PendingEventKey: Sendable, Hashable {
    package let id: EventID
    package let session: String
    package let chat: String?

    package init(id: EventID, session: String, chat: String?) {
        self.id = id
        self.session = session
        self.chat = chat
    }
}

/// The directory as the store has it, read where waiting is not possible.
package protocol StoredDirectory {
    func contact(_ key: DirectoryEntryKey) throws -> Contact?
    func group(_ key: DirectoryEntryKey) throws -> Group?
    /// The phone's JID behind a hidden identity; nil when it is not known.
    func phone(ofLID key: DirectoryEntryKey) throws -> String?
}
