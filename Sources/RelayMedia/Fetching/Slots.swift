internal import RelayCore

/// Limits the number of simultaneous downloads. Waiting callers get a slot in order of arrival.
struct Slots: Sendable {
    private let gate: AsyncSemaphore

    init(_ count: Int) {
        gate = AsyncSemaphore(count)
    }

    /// Runs an operation in a slot.
    /// - Throws: the operation's error; ``MediaError/abandoned`` when the task is cancelled before it gets a slot.
    func withSlot<Value>(
        _ work: () async throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        guard await gate.enter() else { throw .abandoned }
        defer { gate.leave() }
        return try await work()
    }

    /// The number of waiting callers.
    var waiting: Int { gate.waiting }
}
