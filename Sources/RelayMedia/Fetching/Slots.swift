internal import RelayCore

/// How many downloads go on at once. Who waits for a slot gets it in the order of coming.
struct Slots: Sendable {
    private let gate: AsyncSemaphore

    init(_ count: Int) {
        gate = AsyncSemaphore(count)
    }

    /// Does some work in a slot.
    /// - Throws: what the work throws; ``MediaError/abandoned`` when the task is cancelled before there is a slot.
    func withSlot<Value>(
        _ work: () async throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        guard await gate.enter() else { throw .abandoned }
        defer { gate.leave() }
        return try await work()
    }

    /// How many wait now.
    var waiting: Int { gate.waiting }
}
