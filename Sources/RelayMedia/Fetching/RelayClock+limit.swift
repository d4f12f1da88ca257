internal import RelayCore

extension RelayClock {
    /// Runs an operation with a deadline. At the deadline it cancels the operation and waits for it to end.
    /// - Parameters:
    ///   - deadline: is asked for again when it has passed, and may then be a later one.
    ///   - late: is thrown when the deadline has passed.
    ///   - abandoned: is thrown when the task is cancelled.
    func limit<Value: Sendable, Failure: Error>(
        until deadline: @escaping @Sendable () -> Timestamp,
        late: Failure,
        abandoned: Failure,
        _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withTaskGroup(of: Result<Value, Failure>.self) { group in
            group.addTask {
                do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
            }
            group.addTask {
                do {
                    while case let end = deadline(), end > now { try await sleep(until: end) }
                    return .failure(late)
                } catch {
                    return .failure(abandoned)
                }
            }
            let first = await group.next() ?? .failure(late)
            group.cancelAll()
            return first
        }
        return try result.get()
    }
}

extension MediaError {
    /// The error of a fetch that was cancelled.
    static let abandoned = MediaError(.unavailable, "the fetch was given up")
}
