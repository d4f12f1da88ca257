internal import Synchronization

/// The taps that are open now, and the place where those who run events and deliveries show them.
///
/// While none is open, asking ``isOpen`` is all that it costs. What is shown is handed to each tap's own bounded queue:
/// nobody who shows something ever waits for who looks at it.
package final class TapRegistry: Sendable {
    /// Why no tap was opened.
    package enum OpenError: Error, Sendable {
        /// ``maximum`` are open.
        case full
        case shuttingDown
    }

    /// So many are open at once, at most.
    package static let maximum = 16

    private struct State {
        var queues: [TapQueue] = []
        var isShutDown = false
    }

    private let count = Atomic(0)
    private let state = Mutex(State())

    package init() {}

    /// Whether somebody looks. Ask before making a ``TapEvent``.
    package var isOpen: Bool { count.load(ordering: .relaxed) != 0 }

    package func show(_ sighting: TapEvent) {
        for queue in state.withLock({ $0.queues }) { queue.offer(sighting) }
    }

    /// Opens a tap; it is closed when it is let go of.
    package func open(_ selection: TapSelection, sampler: TapSampler? = nil) throws(OpenError) -> Tap {
        let queue = TapQueue(selection, sampler: sampler)
        try state.withLock { state throws(OpenError) in
            if state.isShutDown { throw .shuttingDown }
            guard state.queues.count < Self.maximum else { throw .full }
            state.queues.append(queue)
            count.store(state.queues.count, ordering: .relaxed)
        }
        return Tap(queue, of: self)
    }

    fileprivate func close(_ queue: TapQueue) {
        state.withLock { state in
            state.queues.removeAll { $0 === queue }
            count.store(state.queues.count, ordering: .relaxed)
        }
    }

    /// Ends every tap, and opens no more.
    package func shutDown() {
        let queues = state.withLock { state in
            state.isShutDown = true
            return state.queues
        }
        for queue in queues { queue.end(.shutdown) }
    }
}

/// An open tap, for one who looks.
package final class Tap: Sendable {
    /// Why a tap has no more to show.
    package enum End: String, Sendable {
        /// It has shown as many as were asked for.
        case limit
        /// The time that was asked for is over.
        case duration
        case shutdown
        /// Who looked has gone.
        case gone
    }

    /// What has come since the last time.
    package struct Batch: Sendable {
        package var sightings: [TapEvent] = []
        /// How many came after these and found no room.
        package var lost = 0
        /// Set when no more will come.
        package var end: End?
    }

    private let queue: TapQueue
    private let taps: TapRegistry

    fileprivate init(_ queue: TapQueue, of taps: TapRegistry) {
        self.queue = queue
        self.taps = taps
    }

    deinit {
        taps.close(queue)
    }

    /// Waits until there is something, the tap has ended, or ``wake()`` was called; then the batch may be empty. For
    /// one caller at a time.
    package func next() async -> Batch { await queue.next() }

    /// Has ``next()`` return.
    package func wake() { queue.wake() }

    /// Ends it: what has come is still handed out.
    package func end(_ end: End) { queue.end(end) }
}
