internal import DequeModule
internal import Dispatch
internal import Foundation
internal import RelayCore
internal import RelaySQL
internal import Synchronization

/// The connections that read: threads that each have one. A read is a transaction of its own, with one snapshot.
final class PostgresReaders: SQLStore.Engine {
    private typealias Job = @Sendable (Result<SQLConnection, StoreError>) -> Void

    private struct State {
        var waiting: Deque<Job> = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let count: Int
    private let coordinator: NodeCoordinator

    init(_ address: PostgresAddress, count: Int, coordinator: NodeCoordinator) {
        self.count = count
        self.coordinator = coordinator
        for _ in 0..<count {
            let thread = Thread { [weak self] in
                var reader = Reader(address: address)
                while let job = self?.next() { reader.perform(job) }
            }
            thread.name = "relay.reader"
            thread.stackSize = 2 << 20
            thread.start()
        }
    }

    func read(_ body: @escaping @Sendable (Result<SQLConnection, StoreError>) -> Void) {
        let isTaken = state.withLock { state in
            if !state.isClosed { state.waiting.append(body) }
            return !state.isClosed
        }
        if isTaken { signal.signal() } else { body(.failure(.closed)) }
    }

    func error(_ error: any Error) -> StoreError { StoreError(error) }

    func drain() async { await coordinator.drain() }

    func close() async { await coordinator.leave() }

    /// Reads that wait are still performed.
    func closeReaders() {
        state.withLock { $0.isClosed = true }
        for _ in 0..<count { signal.signal() }
    }

    /// Waits for a read. Nil when there are none and the readers are closed.
    private func next() -> Job? {
        while true {
            signal.wait()
            let (job, isOver) = state.withLock { ($0.waiting.popFirst(), $0.isClosed) }
            if let job { return job }
            if isOver { return nil }
        }
    }

    /// The connection of one thread.
    private struct Reader {
        let address: PostgresAddress
        private var connection: PostgresConnection?

        init(address: PostgresAddress) {
            self.address = address
        }

        mutating func perform(_ job: Job) {
            let open: PostgresConnection
            do {
                open = try connection ?? PostgresConnection(address, applicationName: "zaphub reader")
                connection = open
                try open.queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            } catch {
                connection = nil
                return job(.failure(StoreError(error)))
            }
            job(.success(SQLConnection(open)))
            do {
                // Nothing was written, and after a failure only this works.
                try open.queue("ROLLBACK")
            } catch {
                connection = nil
            }
        }
    }
}
