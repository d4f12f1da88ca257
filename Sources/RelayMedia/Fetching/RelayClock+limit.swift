internal import RelayCore

extension RelayClock {
    /// Runs an operation with a deadline. At the deadline it cancels the operation and waits for it to end.
    func limit<Value: Sendable>(
        until deadline: Timestamp,
        _ late: MediaError,
        _ work: @escaping @Sendable () async throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        let result = await withTaskGroup(of: Result<Value, MediaError>.self) { group in
            group.addTask {
                do throws(MediaError) { return .success(try await work()) } catch { return .failure(error) }
            }
            group.addTask {
                do {
                    try await sleep(until: deadline)
                    return .failure(late)
                } catch {
                    return .failure(.abandoned)
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
