internal import DequeModule
internal import RelayCore

/// What the pipelines' service keeps between turns: where it is in the journal, and what is set aside. Pure.
struct PipelineBacklog {
    /// The last event that was read off the journal.
    var cursor = EventID(0)
    var queue = ChatQueue()
    /// Runs that wait, by their event.
    var waiting: [EventID: EventRun] = [:]
    /// Lanes whose waiting event is done, and whose next ones have their turn.
    var open: Deque<ChatQueue.OrderingKey> = []
    private var started: [(EventID, Pipeline.Suspension)] = []

    /// Sets a run aside; its work is to be started.
    mutating func wait(_ run: EventRun) {
        guard let suspension = run.suspension else { return }
        queue.block(run.event)
        waiting[run.event.id] = run
        started.append((run.event.id, suspension))
    }

    /// A run that was set aside is done.
    mutating func finish(_ run: EventRun) {
        queue.release(run.event)
        open.append(ChatQueue.OrderingKey(run.event))
    }

    mutating func takeStarted() -> [(EventID, Pipeline.Suspension)] {
        defer { started = [] }
        return started
    }
}
