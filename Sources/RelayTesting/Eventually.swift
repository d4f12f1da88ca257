/// What a test waited for did not happen within the limit.
package struct WaitTimeoutError: Error, Sendable, CustomStringConvertible {
    package let description: String

    /// - Parameters:
    ///   - expectation: what the test waited for.
    ///   - details: what helps to find out why, e.g. the end of a process's output.
    package init(of expectation: String, limit: Duration = .waitLimit, details: String = "") {
        description = "waited \(limit) for: \(expectation)" + (details.isEmpty ? "" : "\n\(details)")
    }
}

extension Duration {
    /// How long a test waits for something that must happen. It is no measure of speed: a slow machine under load stays
    /// far below it, so that only what never happens reaches it.
    package static let waitLimit = Duration.seconds(600)
}

/// Waits until a condition holds, by asking again and again. For what happens by itself, and tells nobody.
///
/// - Parameters:
///   - expectation: what is waited for, for the error.
///   - interval: between two questions.
///   - details: what the error shows besides, e.g. the end of a process's output.
/// - Throws: ``WaitTimeoutError`` after `limit`; what `condition` throws.
package func eventually(
    _ expectation: String,
    within limit: Duration = .waitLimit,
    every interval: Duration = .milliseconds(2),
    details: () async throws -> String = { "" },
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw WaitTimeoutError(of: expectation, limit: limit, details: (try? await details()) ?? "")
        }
        try await Task.sleep(for: interval)
    }
}

/// Returns what `body` returns, unless it takes longer than `limit`: then `body` is cancelled.
///
/// - Parameters:
///   - expectation: what is waited for, for the error.
///   - details: what the error shows besides.
/// - Throws: ``WaitTimeoutError`` after `limit`; what `body` throws.
func withWaitLimit<Result: Sendable>(
    _ limit: Duration,
    for expectation: String,
    details: @escaping @Sendable () -> String = { "" },
    _ body: @escaping @concurrent @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw WaitTimeoutError(of: expectation, limit: limit, details: details())
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
