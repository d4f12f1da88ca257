internal import DequeModule
internal import RelayCore

/// The state of ``PipelineService`` between batches: its position in the journal, and the events that are held. Pure.
struct PipelineServiceState {
    /// The last event that was read from the journal.
    var cursor = EventID(0)
    var queue = ChatOrderQueue()
    /// Runs that wait, by event.
    var waiting: [EventID: EventRun] = [:]
    /// Keys whose waiting event is done. Events that are held for them run next.
    var open: Deque<ChatOrderQueue.OrderingKey> = []
    private var started: [(EventID, Pipeline.Suspension)] = []

    /// Holds a run that waits. Its work is to be started.
    mutating func wait(_ run: EventRun) {
        guard let suspension = run.suspension else { return }
        queue.block(run.event)
        waiting[run.event.id] = run
        started.append((run.event.id, suspension))
    }

    /// A run that waited is done.
    mutating func finish(_ run: EventRun) {
        queue.release(run.event)
        open.append(ChatOrderQueue.OrderingKey(run.event))
    }

    mutating func takeStarted() -> [(EventID, Pipeline.Suspension)] {
        defer { started = [] }
        return started
    }
}
