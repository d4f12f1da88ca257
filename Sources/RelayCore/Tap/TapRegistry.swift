internal import Synchronization

/// The taps that are open. Pipelines and dispatcher pass events to them.
///
/// While none is open, the cost is one read of ``isOpen``. Each tap has a bounded queue, so a slow reader never delays
/// a pipeline or the dispatcher.
package final class TapRegistry: Sendable {
    /// Why no tap was opened.
    package enum OpenError: Error, Sendable {
        /// ``maximum`` are open.
        case full
        case shuttingDown
    }

    /// How many may be open at once.
    package static let maximum = 16

    private struct State {
        var queues: [TapEventQueue] = []
        var isShutDown = false
    }

    private let count = Atomic(0)
    private let state = Mutex(State())

    package init() {}

    /// Whether a tap is open. To be checked before a ``TapEvent`` is made.
    package var isOpen: Bool { count.load(ordering: .relaxed) != 0 }

    package func show(_ event: TapEvent) {
        for queue in state.withLock({ $0.queues }) { queue.offer(event) }
    }

    /// Opens a tap. It is closed when it is deallocated.
    package func open(_ selection: TapFilter, sampler: TapSampler? = nil) throws(OpenError) -> TapSubscription {
        let queue = TapEventQueue(selection, sampler: sampler)
        try state.withLock { state throws(OpenError) in
            if state.isShutDown { throw .shuttingDown }
            guard state.queues.count < Self.maximum else { throw .full }
            state.queues.append(queue)
            count.store(state.queues.count, ordering: .relaxed)
        }
        return TapSubscription(queue, of: self)
    }

    fileprivate func close(_ queue: TapEventQueue) {
        state.withLock { state in
            state.queues.removeAll { $0 === queue }
            count.store(state.queues.count, ordering: .relaxed)
        }
    }

    /// Ends every tap. No more can be opened.
    package func shutDown() {
        let queues = state.withLock { state in
            state.isShutDown = true
            return state.queues
        }
        for queue in queues { queue.end(.shutdown) }
    }
}

/// An open tap, for one reader.
package final class TapSubscription: Sendable {
    /// Why a tap has ended.
    package enum End: String, Sendable {
        /// It has shown as many as were asked for.
        case limit
        /// The time that was asked for is over.
        case duration
        case shutdown
        /// The reader has closed it.
        case gone
    }

    /// The events since the last call.
    package struct Batch: Sendable {
        package var tapEvents: [TapEvent] = []
        /// How many events after these were dropped.
        package var lost = 0
        /// Set when there will be no more events.
        package var end: End?
    }

    private let queue: TapEventQueue
    private let taps: TapRegistry

    fileprivate init(_ queue: TapEventQueue, of taps: TapRegistry) {
        self.queue = queue
        self.taps = taps
    }

    deinit {
        taps.close(queue)
    }

    /// Waits until there is something, the tap has ended, or ``wake()`` was called; then the batch may be empty. For
    /// one caller at a time.
    package func next() async -> Batch { await queue.next() }

    /// Makes ``next()`` return.
    package func wake() { queue.wake() }

    /// Ends it. Events in the queue are still returned.
    package func end(_ end: End) { queue.end(end) }
}
