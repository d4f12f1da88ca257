internal import DequeModule
internal import Dispatch
package import RelayCore
internal import Synchronization

/// The queue in front of the writer. It is bounded: a change that would wait too long is refused at once.
package final class WriteQueue: Sendable {
    private struct State {
        var waiting: Deque<WriteOperation> = []
        var bytes = 0
        var isWriterIdle = false
        var isClosed = false
    }

    /// The limits of one transaction.
    static let batchOperations = 512
    static let batchRows = 4096
    static let batchBytes = 8 << 20

    private let maxOperations: Int
    private let maxBytes: Int
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    package init(maxOperations: Int, maxBytes: Int) {
        self.maxOperations = maxOperations
        self.maxBytes = maxBytes
    }

    /// Returns why the operation was not taken; nil when it was.
    package func add(_ operation: WriteOperation) -> StoreError? {
        let (refusal, wakes): (StoreError?, Bool) = state.withLock { state in
            if state.isClosed { return (.closed, false) }
            let count = state.waiting.count
            if count >= maxOperations || (count > 0 && state.bytes + operation.bytes > maxBytes) {
                return (
                    StoreError(
                        .overloaded,
                        "\(count) changes (\(state.bytes) bytes) wait for the store's disk already; try again later"
                    ), false
                )
            }
            state.waiting.append(operation)
            state.bytes += operation.bytes
            defer { state.isWriterIdle = false }
            return (nil, state.isWriterIdle)
        }
        if wakes { signal.signal() }
        return refusal
    }

    /// Waits for operations and takes as many as fit into one transaction. Nil when the queue is closed and empty.
    /// Only the writer's thread may call it.
    /// - Parameter timeout: after which it returns none; default: it waits as long as there are none.
    package func next(timeout: Duration? = nil) -> [WriteOperation]? {
        let deadline = timeout.map { DispatchTime.now() + .milliseconds(Int($0.milliseconds)) }
        while true {
            let (batch, isOver): ([WriteOperation], Bool) = state.withLock { state in
                guard !state.waiting.isEmpty else {
                    state.isWriterIdle = !state.isClosed
                    return ([], state.isClosed)
                }
                var count = 0
                var rows = 0
                var bytes = 0
                for operation in state.waiting.prefix(Self.batchOperations) {
                    let isFull = rows + operation.rows > Self.batchRows || bytes + operation.bytes > Self.batchBytes
                    if isFull, count > 0 { break }
                    count += 1
                    rows += operation.rows
                    bytes += operation.bytes
                }
                state.bytes -= bytes
                let batch = Array(state.waiting.prefix(count))
                state.waiting.removeFirst(count)
                return (batch, false)
            }
            if !batch.isEmpty { return batch }
            if isOver { return nil }
            guard let deadline else {
                signal.wait()
                continue
            }
            if signal.wait(timeout: deadline) == .timedOut { return [] }
        }
    }

    /// Operations that wait now.
    package var count: Int { state.withLock { $0.waiting.count } }

    /// Accepts nothing more. Operations that wait are still performed.
    package func close() {
        let wakes = state.withLock { state in
            state.isClosed = true
            defer { state.isWriterIdle = false }
            return state.isWriterIdle
        }
        if wakes { signal.signal() }
    }
}
