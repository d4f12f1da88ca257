internal import RelayCore

extension RelayClock {
    /// Does some work and gives up on it when a moment has come; the work is cancelled then, and waited for.
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
    /// Nobody waits any more.
    static let abandoned = MediaError(.unavailable, "the fetch was given up")
}
