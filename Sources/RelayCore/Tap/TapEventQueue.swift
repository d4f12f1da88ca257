internal import Synchronization

/// The events that a tap has not shown yet. It is bounded: events beyond the bound are counted and dropped.
final class TapEventQueue: Sendable {
    /// The bounds in events and bytes. As many may be with the reader.
    static let maximumCount = 512
    static let maximumWeight = 4 << 20

    private struct State: Sendable {
        var batch = TapSubscription.Batch()
        var weight = 0
        var sampler: TapSampler?
        var isWoken = false
        var reader: CheckedContinuation<TapSubscription.Batch, Never>?

        /// Hands out what there is, when there is something.
        mutating func take() -> TapSubscription.Batch? {
            guard isWoken || batch.end != nil || batch.lost > 0 || !batch.tapEvents.isEmpty else { return nil }
            defer {
                batch = TapSubscription.Batch(end: batch.end)
                weight = 0
                isWoken = false
            }
            return batch
        }
    }

    private let selection: TapFilter
    private let state: Mutex<State>

    init(_ selection: TapFilter, sampler: TapSampler?) {
        self.selection = selection
        state = Mutex(State(sampler: sampler))
    }

    func offer(_ event: TapEvent) {
        guard selection.takes(event) else { return }
        let weight = event.weight
        change { state in
            guard state.batch.end == nil, state.sampler?.takes(at: event.at) ?? true else { return }
            let fits =
                state.batch.tapEvents.isEmpty
                || state.batch.tapEvents.count < Self.maximumCount && state.weight + weight <= Self.maximumWeight
            // After the first dropped event the rest of the batch is dropped too, so that the gap is reported where it
            // is.
            guard fits, state.batch.lost == 0 else {
                state.batch.lost += 1
                return
            }
            state.batch.tapEvents.append(event)
            state.weight += weight
        }
    }

    func wake() {
        change { $0.isWoken = true }
    }

    func end(_ end: TapSubscription.End) {
        change { $0.batch.end = $0.batch.end ?? end }
    }

    private func change(_ body: (inout State) -> Void) {
        let handover = state.withLock {
            state -> (CheckedContinuation<TapSubscription.Batch, Never>, TapSubscription.Batch)? in
            body(&state)
            guard let reader = state.reader, let batch = state.take() else { return nil }
            state.reader = nil
            return (reader, batch)
        }
        if let (reader, batch) = handover { reader.resume(returning: batch) }
    }

    func next() async -> TapSubscription.Batch {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let batch = state.withLock { state -> TapSubscription.Batch? in
                    if Task.isCancelled { state.batch.end = state.batch.end ?? .gone }
                    if let batch = state.take() { return batch }
                    state.reader = continuation
                    return nil
                }
                if let batch { continuation.resume(returning: batch) }
            }
        } onCancel: {
            end(.gone)
        }
    }
}
