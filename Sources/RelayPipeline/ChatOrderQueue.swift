internal import DequeModule
internal import RelayCore

/// Which events wait for something slow, and which are held behind them. A chat's events go through the pipelines in
/// the order of acceptance, whatever one of them waits for. Pure.
struct ChatOrderQueue {
    /// Events with the same key are kept in order: those of a chat, or the session's own events (`chat` is nil).
    struct OrderingKey: Hashable {
        var session: String
        var chat: String?

        init(_ event: Event) {
            session = event.session
            chat = event.chat
        }
    }

    /// Events that are held behind one that waits, by key. A key without a waiting event has no entry.
    private var queues: [OrderingKey: Deque<EventID>] = [:]
    /// Events that wait or are held. They are skipped when they are read from the journal again.
    private var known: Set<EventID> = []

    /// Events that wait for something.
    var waiting: Int { queues.count }
    /// Events that wait, and those that are held behind them.
    var count: Int { known.count }

    func contains(_ event: EventID) -> Bool { known.contains(event) }

    /// Holds an event behind the one with its key that waits. False when none waits, and the event may run.
    mutating func hold(_ event: Event) -> Bool {
        guard queues[OrderingKey(event)] != nil else { return false }
        queues[OrderingKey(event)]?.append(event.id)
        known.insert(event.id)
        return true
    }

    /// The event waits from now on.
    mutating func block(_ event: Event) {
        let key = OrderingKey(event)
        if queues[key] == nil { queues[key] = [] }
        known.insert(event.id)
    }

    /// The event is done. Its key stays blocked until ``next(of:)`` finds no event behind it.
    mutating func release(_ event: Event) {
        known.remove(event.id)
    }

    /// Takes the first event that is held for a key. Nil: none is, and the key is free again.
    mutating func next(of key: OrderingKey) -> EventID? {
        guard let next = queues[key]?.popFirst() else {
            queues[key] = nil
            return nil
        }
        known.remove(next)
        return next
    }
}
