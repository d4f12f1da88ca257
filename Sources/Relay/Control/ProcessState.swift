internal import RelayAPI
internal import RelayCore
internal import Synchronization

/// The state of the process between start and shutdown, and whether its store can be read and written.
final class ProcessState: ReadinessProvider {
    enum Phase: Sendable { case starting, running, draining }

    private let store: any RelayStore
    private let writeProbe: StoreWriteProbe
    private let phase = Mutex(Phase.starting)

    init(store: any RelayStore, clock: any RelayClock) {
        self.store = store
        writeProbe = StoreWriteProbe(store: store, clock: clock)
    }

    func enter(_ phase: Phase) {
        self.phase.withLock { $0 = phase }
    }

    var isDraining: Bool { phase.withLock { $0 == .draining } }

    func readiness() async -> Readiness {
        switch phase.withLock({ $0 }) {
        case .starting: return Readiness(isReady: false, reasons: ["starting"])
        case .draining: return Readiness(isReady: false, reasons: ["draining"])
        case .running: break
        }
        do {
            _ = try await store.pendingEvents(after: EventID(.max), limit: 1)
        } catch {
            return Readiness(isReady: false, reasons: ["store: \(error.message)"])
        }
        let problem = await writeProbe.problem()
        return Readiness(isReady: problem == nil, reasons: problem.map { ["store: \($0)"] } ?? [])
    }
}
