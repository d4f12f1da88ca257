import RelayCore
import Synchronization

extension FakeStore {
    func estimate(_ selection: ReplaySelection, at moment: Timestamp) async throws(StoreError) -> ReplayEstimate {
        try fail()
        let events = contents.withLock { Array($0.events.values) }
        guard selection.from == .start else {
            var estimate = ReplayEstimate(at: moment, last: 0, oldestEvent: nil)
            for delivery in try await sampleDeliveries(selection, limit: .max, at: moment) {
                estimate.shares.append(.init(destination: delivery.destination, state: delivery.state, count: 1))
            }
            return estimate
        }
        return ReplayEstimate(
            at: moment,
            last: 0,
            sources: events.reduce(into: [:]) { $0[$1.source, default: 0] += 1 },
            oldestEvent: events.map(\.receivedAt).min()
        )
    }

    func sampleEvents(_ selection: ReplaySelection, limit: Int) async throws(StoreError) -> [Event] { [] }

    func sampleDeliveries(
        _ selection: ReplaySelection, limit: Int, at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryDetails] {
        let rows = contents.withLock { $0.deliveries.values.map(\.record) }
        return Array(
            rows.filter { selection.states.contains($0.state) }.sorted { $0.id < $1.id }.prefix(limit))
    }

    func createReplay(
        _ selection: ReplaySelection, rate: RateLimit, estimate: ReplayEstimate
    ) async throws(StoreError) -> Replay {
        try fail()
        return contents.withLock { data in
            let id = ReplayID(SortableIDCodec.next(after: data.replays.last?.id.rawValue ?? 0, at: estimate.at))
            let replay = Replay(
                id: id, selection: selection, rate: rate, createdAt: estimate.at, selected: estimate.count)
            data.replays.append(replay)
            return replay
        }
    }

    func replays(before: ReplayID?, limit: Int) async throws(StoreError) -> [Replay] {
        let rows = contents.withLock { $0.replays.reversed() }
        return Array(rows.filter { row in before.map { row.id < $0 } ?? true }.prefix(limit))
    }

    func replay(_ id: ReplayID) async throws(StoreError) -> Replay? {
        contents.withLock { data in data.replays.first { $0.id == id } }
    }

    func nextReplay() async throws(StoreError) -> Replay? { nil }

    func advanceReplay(_ id: ReplayID, limit: Int, at moment: Timestamp) async throws(StoreError) -> ReplayStepResult? {
        nil
    }

    func cancelReplay(_ id: ReplayID, at moment: Timestamp) async throws(StoreError) -> ReplayCancellationResult {
        contents.withLock { data in
            guard let index = data.replays.firstIndex(where: { $0.id == id }) else { return .notFound }
            guard !data.replays[index].isOver else { return .refused(data.replays[index].state) }
            data.replays[index].state = .cancelled
            return .done(data.replays[index])
        }
    }
}
