internal import Synchronization

/// What a tap has yet to show. Bounded: what finds no room is counted, and gone.
final class TapQueue: Sendable {
    /// At most so many sightings, and bytes, lie here; as many may be with the one who looks.
    static let maximumCount = 512
    static let maximumWeight = 4 << 20

    private struct State: Sendable {
        var batch = Tap.Batch()
        var weight = 0
        var sampler: TapSampler?
        var isWoken = false
        var reader: CheckedContinuation<Tap.Batch, Never>?

        /// Hands out what there is, when there is something.
        mutating func take() -> Tap.Batch? {
            guard isWoken || batch.end != nil || batch.lost > 0 || !batch.sightings.isEmpty else { return nil }
            defer {
                batch = Tap.Batch(end: batch.end)
                weight = 0
                isWoken = false
            }
            return batch
        }
    }

    private let selection: TapSelection
    private let state: Mutex<State>

    init(_ selection: TapSelection, sampler: TapSampler?) {
        self.selection = selection
        state = Mutex(State(sampler: sampler))
    }

    func offer(_ sighting: TapEvent) {
        guard selection.takes(sighting) else { return }
        let weight = sighting.weight
        change { state in
            guard state.batch.end == nil, state.sampler?.takes(at: sighting.at) ?? true else { return }
            let fits =
                state.batch.sightings.isEmpty
                || state.batch.sightings.count < Self.maximumCount && state.weight + weight <= Self.maximumWeight
            // Once something is lost, the rest of the batch is: else the gap would stand in the wrong place.
            guard fits, state.batch.lost == 0 else {
                state.batch.lost += 1
                return
            }
            state.batch.sightings.append(sighting)
            state.weight += weight
        }
    }

    func wake() {
        change { $0.isWoken = true }
    }

    func end(_ end: Tap.End) {
        change { $0.batch.end = $0.batch.end ?? end }
    }

    private func change(_ body: (inout State) -> Void) {
        let handover = state.withLock { state -> (CheckedContinuation<Tap.Batch, Never>, Tap.Batch)? in
            body(&state)
            guard let reader = state.reader, let batch = state.take() else { return nil }
            state.reader = nil
            return (reader, batch)
        }
        if let (reader, batch) = handover { reader.resume(returning: batch) }
    }

    func next() async -> Tap.Batch {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let batch = state.withLock { state -> Tap.Batch? in
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
