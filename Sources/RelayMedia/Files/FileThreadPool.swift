internal import Foundation
internal import RelayCore

/// Threads for work on files, so that a slow disk never holds a thread of the pool that tasks run on.
struct FileThreadPool: Sendable {
    private let queue: OperationQueue

    /// - Parameter width: how many pieces of work go on at once; with 1 they follow one another in order.
    init(name: String, width: Int) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = width
    }

    /// Does a piece of work on one of the threads. A cancelled task waits for its end as well.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        let result: Result<Value, MediaError> = await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }
}
