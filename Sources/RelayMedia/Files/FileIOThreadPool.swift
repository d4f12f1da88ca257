internal import Foundation
internal import RelayCore

/// Threads for blocking file operations, so that a slow disk does not block Swift's cooperative thread pool.
struct FileIOThreadPool: Sendable {
    private let queue: OperationQueue

    /// - Parameter width: the number of simultaneous operations; with 1 they run in order.
    init(name: String, width: Int) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = width
    }

    /// Runs an operation on one of the threads. A cancelled task also waits until it has ended.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        let result: Result<Value, MediaError> = await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }
}
