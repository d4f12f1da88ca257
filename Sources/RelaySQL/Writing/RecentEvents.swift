internal import DequeModule
package import RelayCore
internal import Synchronization

/// The events that were committed last and that nobody has read yet. Pipelines take them from memory: reading an event
/// back and parsing it again would cost a tenth of all its work.
///
/// The writer adds events in the order of their ids, without a gap. Everything older than the first one is read from the
/// file, so memory is bounded and a slow reader loses nothing.
package final class RecentEvents: Sendable {
    package struct Entry: Sendable {
        package let event: Event
        /// Bytes of the payload and of the document that is kept with it.
        package let size: Int
    }

    private struct State {
        var entries: Deque<Entry> = []
        var size = 0
        /// All events after this one are in `entries`; nil before the writer has started.
        var start: EventID?

        /// Forgets the first entry. It and all before it are read from the file from now on.
        mutating func removeFirst() -> Event? {
            guard let entry = entries.popFirst() else { return nil }
            size -= entry.size
            start = entry.event.id
            return entry.event
        }
    }

    private static let maxCount = 1024
    private static let maxSize = 2 << 20

    private let state = Mutex(State())

    package init() {}

    /// Forgets everything. Events up to `last` are read from the file.
    package func restart(after last: EventID) {
        state.withLock { $0 = State(start: last) }
    }

    /// Forgets everything. All events are read from the file from now on.
    package func stop() {
        state.withLock { $0 = State() }
    }

    /// Adds what a transaction has committed.
    /// - Parameter processed: the newest event that it marked as processed. An event that nobody has taken is no longer
    ///   pending then.
    package func add(_ entries: [Entry], processed: EventID) {
        guard !entries.isEmpty || processed > EventID(0) else { return }
        state.withLock { state in
            guard let start = state.start else { return }
            for entry in entries {
                state.entries.append(entry)
                state.size += entry.size
            }
            if processed > start {
                while let first = state.entries.first, first.event.id <= processed { _ = state.removeFirst() }
                state.start = max(state.start ?? start, processed)
            }
            while state.entries.count > Self.maxCount || state.size > Self.maxSize { _ = state.removeFirst() }
        }
    }

    /// Takes the first events after `id`. Nil when some of them have to be read from the file.
    package func take(after id: EventID, limit: Int) -> [Event]? {
        state.withLock { state in
            guard let start = state.start, id >= start else { return nil }
            while let first = state.entries.first, first.event.id <= id { _ = state.removeFirst() }
            var events: [Event] = []
            while events.count < limit, let event = state.removeFirst() { events.append(event) }
            return events
        }
    }
}
