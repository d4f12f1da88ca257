internal import RelayCore

/// The chats that have events which no pipeline has processed. New events of these chats must wait for them. Pure.
struct PendingChats {
    typealias OrderingKey = ChatOrderQueue.OrderingKey

    /// At most as many events are listed. With more every chat counts as one of them.
    let limit: Int
    private var chats: [EventID: OrderingKey] = [:]
    private var counts: [OrderingKey: Int] = [:]
    /// Whether `chats` has all pending events.
    private(set) var isComplete = false
    /// Events that were processed while the list was not complete.
    private var processed = 0
    /// What the transaction under way has added.
    private var added: [EventID] = []

    init(limit: Int = 5_000) {
        self.limit = limit
        processed = limit
    }

    /// Whether the list is to be read from the store: it was never read, or many of those that it did not have are
    /// processed by now.
    var mustBeRead: Bool { !isComplete && processed * 2 >= limit }

    /// Takes over what the store has.
    /// - Parameter events: all pending events, or more than ``limit`` of them.
    mutating func read(_ events: [PendingEventKey]) {
        processed = 0
        forget()
        guard events.count <= limit else { return }
        isComplete = true
        for event in events { insert(event) }
    }

    /// An event was stored as pending by the transaction under way.
    mutating func add(_ event: PendingEventKey) {
        guard isComplete else { return }
        insert(event)
        added.append(event.id)
        if chats.count > limit { forget() }
    }

    mutating func endTransaction(isCommitted: Bool) {
        if !isCommitted { remove(added) }
        added.removeAll(keepingCapacity: true)
    }

    /// The results of events are stored.
    mutating func remove(_ events: some Sequence<EventID>) {
        for event in events {
            guard isComplete else {
                processed += 1
                continue
            }
            guard let key = chats.removeValue(forKey: event) else { continue }
            let count = counts[key] ?? 1
            counts[key] = count > 1 ? count - 1 : nil
        }
    }

    /// Whether an event's chat is one of them, under the id that it was told under or the one that is known.
    func contains(_ event: Event, as identified: Event) -> Bool {
        guard isComplete else { return true }
        if counts.isEmpty { return false }
        return contains(OrderingKey(event)) || (event.chat != identified.chat && contains(OrderingKey(identified)))
    }

    func contains(_ key: OrderingKey) -> Bool { !isComplete || counts[key] != nil }

    /// From now on both are one chat.
    mutating func join(_ old: OrderingKey, into new: OrderingKey) {
        guard old != new, let count = counts.removeValue(forKey: old) else { return }
        counts[new, default: 0] += count
        chats = chats.mapValues { $0 == old ? new : $0 }
    }

    private mutating func insert(_ event: PendingEventKey) {
        let key = OrderingKey(session: event.session, chat: event.chat)
        guard chats.updateValue(key, forKey: event.id) == nil else { return }
        counts[key, default: 0] += 1
    }

    private mutating func forget() {
        isComplete = false
        chats = [:]
        counts = [:]
    }
}
