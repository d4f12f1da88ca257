internal import DequeModule
internal import RelayCore

/// Which events wait for something slow, and which stand behind them: a chat's events go through the pipelines in the
/// order of acceptance, whatever one of them waits for. Pure.
struct ChatQueue {
    /// The order that is kept: a chat's, or that of the session's own events.
    struct OrderingKey: Hashable {
        var session: String
        var chat: String?

        init(_ event: Event) {
            session = event.session
            chat = event.chat
        }
    }

    /// Events by lane that stand behind one that waits. A lane without a waiting event has no entry.
    private var lanes: [OrderingKey: Deque<EventID>] = [:]
    /// Events that wait or stand behind one: whoever reads them off the journal again passes them over.
    private var known: Set<EventID> = []

    /// Events that wait for something.
    var waiting: Int { lanes.count }
    /// Those, and the ones behind them.
    var count: Int { known.count }

    func contains(_ event: EventID) -> Bool { known.contains(event) }

    /// Puts an event behind the one of its lane that waits; false when none does, and the event may run.
    mutating func hold(_ event: Event) -> Bool {
        guard lanes[OrderingKey(event)] != nil else { return false }
        lanes[OrderingKey(event)]?.append(event.id)
        known.insert(event.id)
        return true
    }

    /// From now on the event waits.
    mutating func block(_ event: Event) {
        let lane = OrderingKey(event)
        if lanes[lane] == nil { lanes[lane] = [] }
        known.insert(event.id)
    }

    /// The event is done; its lane stays blocked until ``next(in:)`` finds nobody behind it.
    mutating func release(_ event: Event) {
        known.remove(event.id)
    }

    /// Takes the first event that stands in a lane; nil: none does, and the lane is open again.
    mutating func next(in lane: OrderingKey) -> EventID? {
        guard let next = lanes[lane]?.popFirst() else {
            lanes[lane] = nil
            return nil
        }
        known.remove(next)
        return next
    }
}
