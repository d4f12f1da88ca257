internal import DequeModule
internal import RelayCore

/// Which events wait for something slow, and which are held behind them. A chat's events go through the pipelines in
/// the order of acceptance, whatever one of them waits for. Pure.
struct ChatOrderQueue {
    /// Events with the same key are kept in order: those of a chat, or the session's own events (`chat` is nil).
    struct OrderingKey: Hashable {
        var session: String
        var chat: String?

        init(session: String, chat: String?) {
            self.session = session
            self.chat = chat.map(ChatIDRules.canonical)
        }

        init(_ event: Event) { self.init(session: event.session, chat: event.chat) }
    }

    /// The events of one key, from the first that waits until all are done.
    private struct ChatQueue {
        /// Events that wait: one, or several after keys were joined.
        var waiting: Set<EventID> = []
        /// Events that are held behind those that wait, in order.
        var held: Deque<EventID> = []
    }

    /// A key without a waiting or held event has no entry.
    private var entries: [OrderingKey: ChatQueue] = [:]
    /// Keys that were joined to another one, while that one has an entry.
    private var joined: [OrderingKey: OrderingKey] = [:]
    /// Events that wait or are held. They are skipped when they are read from the journal again.
    private var known: Set<EventID> = []
    /// Events that wait for something.
    private(set) var waiting = 0

    /// Events that wait, and those that are held behind them.
    var count: Int { known.count }

    func contains(_ event: EventID) -> Bool { known.contains(event) }

    /// Holds an event behind the one with its key that waits. False when none waits, and the event may run.
    mutating func hold(_ event: Event) -> Bool {
        let key = current(OrderingKey(event))
        guard entries[key] != nil else { return false }
        entries[key]?.held.append(event.id)
        known.insert(event.id)
        return true
    }

    /// Whether an event that was taken by ``next(of:)`` is still the first of its key: the key may have been joined to
    /// another one since.
    func mayRun(_ event: Event) -> Bool {
        guard let entry = entries[current(OrderingKey(event))] else { return true }
        return entry.waiting.isEmpty && entry.held.first.map { $0 > event.id } ?? true
    }

    /// Puts an event that was taken by ``next(of:)`` back, in the order of acceptance, because its key has changed.
    mutating func putBack(_ event: Event) {
        let key = current(OrderingKey(event))
        let held = entries[key]?.held ?? []
        entries[key, default: ChatQueue()].held.insert(event.id, at: held.firstIndex { $0 > event.id } ?? held.endIndex)
        known.insert(event.id)
    }

    /// The event waits from now on, or again.
    mutating func block(_ event: Event) {
        let key = current(OrderingKey(event))
        if entries[key, default: ChatQueue()].waiting.insert(event.id).inserted { waiting += 1 }
        known.insert(event.id)
    }

    /// The event is done. Its key stays blocked until ``next(of:)`` finds no event behind it.
    mutating func release(_ event: Event) {
        known.remove(event.id)
        if entries[current(OrderingKey(event))]?.waiting.remove(event.id) != nil { waiting -= 1 }
    }

    /// Takes the first event that is held for a key. Nil: none is and the key is free again, or an event of the key
    /// still waits.
    mutating func next(of key: OrderingKey) -> EventID? {
        let key = current(key)
        guard entries[key]?.waiting.isEmpty == true else { return nil }
        guard let next = entries[key]?.held.popFirst() else {
            entries[key] = nil
            joined = joined.filter { $0.value != key }
            return nil
        }
        known.remove(next)
        return next
    }

    /// From now on both keys are one, because both are of the same person: what is held for either goes in the order
    /// of acceptance, after the events of both that wait.
    mutating func join(_ other: OrderingKey, into key: OrderingKey) {
        let (other, key) = (current(other), current(key))
        guard other != key, let old = entries.removeValue(forKey: other) else { return }
        let new = entries[key] ?? ChatQueue()
        entries[key] = ChatQueue(waiting: old.waiting.union(new.waiting), held: Deque((old.held + new.held).sorted()))
        joined = joined.mapValues { $0 == other ? key : $0 }
        joined[other] = key
    }

    private func current(_ key: OrderingKey) -> OrderingKey {
        joined.isEmpty ? key : joined[key] ?? key
    }
}
