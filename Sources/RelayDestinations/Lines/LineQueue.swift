internal import Dispatch
internal import RelayCore
internal import Synchronization

/// What puts lines where they belong. It blocks, and one thread at a time uses it.
protocol LineWriter: AnyObject {
    /// How many lines it takes at once.
    var groupLimit: Int { get }

    /// Writes the lines, each with a line break after it.
    func write(_ lines: [[UInt8]]) throws(LineWriteError)
}

/// Lines that wait for their writer, which takes as many as there are at once: they share its sync to the disk.
///
/// Whoever waits for a line goes on when his time is over or his task is cancelled, also while the writer hangs. A line
/// that was not begun by then is taken back; so however long the writer hangs, no more lines wait than deliveries.
final class LineQueue: LineSink {
    private struct State {
        var lastNumber = 0
        var pending: [(number: Int, line: [UInt8])] = []
        var waiting: [Int: CheckedContinuation<LineWriteError?, Never>] = [:]
        var isWriting = false
    }

    /// As it stands in messages.
    private let name: String
    private let clock: any RelayClock
    private let state = Mutex(State())
    private let groupLimit: Int
    private let writer: Mutex<any LineWriter>
    private let thread = DispatchQueue(label: "relay.lines")

    init(_ name: String, clock: any RelayClock, writer: sending any LineWriter) {
        groupLimit = writer.groupLimit
        self.name = name
        self.clock = clock
        self.writer = Mutex(writer)
    }

    func write(_ line: [UInt8], timeout: Duration) async throws(LineWriteError) {
        let failure = await withTaskGroup(of: LineWriteError?.self) { group in
            group.addTask { await self.written(line) }
            group.addTask { [name, clock] in
                do {
                    try await clock.sleep(until: clock.now + timeout)
                    return LineWriteError(.timeout, "\(name) did not take the line within \(timeout)")
                } catch {
                    return .interrupted
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .interrupted
        }
        if let failure { throw failure }
    }

    /// - Returns: why the line was not written; nil when it was.
    private func written(_ line: [UInt8]) async -> LineWriteError? {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.pending.append((number, line))
                    state.waiting[number] = continuation
                    if !state.isWriting {
                        state.isWriting = true
                        thread.async { self.work() }
                    }
                    return false
                }
                if isCancelled { continuation.resume(returning: .interrupted) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.pending.removeAll { $0.number == number }
                return state.waiting.removeValue(forKey: number)
            }
            continuation?.resume(returning: .interrupted)
        }
    }

    /// Writes until nothing waits.
    private func work() {
        while let group = nextGroup() {
            var failure: LineWriteError?
            do throws(LineWriteError) {
                try writer.withLock { writer throws(LineWriteError) in try writer.write(group.map(\.line)) }
            } catch {
                failure = error
            }
            let waiting = state.withLock { state in group.compactMap { state.waiting.removeValue(forKey: $0.number) } }
            for continuation in waiting { continuation.resume(returning: failure) }
        }
    }

    private func nextGroup() -> [(number: Int, line: [UInt8])]? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isWriting = false
                return nil
            }
            let group = Array(state.pending.prefix(groupLimit))
            state.pending.removeFirst(group.count)
            return group
        }
    }
}

extension LineWriteError {
    fileprivate static var interrupted: LineWriteError { LineWriteError(.interrupted, "the line was given up") }
}
