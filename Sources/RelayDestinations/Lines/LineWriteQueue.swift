internal import Dispatch
internal import RelayCore
internal import Synchronization

/// Writes lines to their target. Calls block, and only one thread uses it at a time.
protocol LineWriter: AnyObject {
    /// The maximum number of lines in one call.
    var groupLimit: Int { get }

    /// Writes the lines, each followed by a line break.
    func write(_ lines: [[UInt8]]) throws(LineWriteError)
}

/// A queue of lines for one writer. The writer takes all waiting lines at once, so that they share one disk sync.
///
/// A caller stops waiting when its timeout passes or its task is cancelled, even when the writer hangs. A line that has
/// not been started by then is removed from the queue, so the queue never holds more lines than there are deliveries.
final class LineWriteQueue: LineOutput {
    private struct State {
        var lastNumber = 0
        var pending: [(number: Int, line: [UInt8])] = []
        var waiting: [Int: CheckedContinuation<LineWriteError?, Never>] = [:]
        var isWriting = false
    }

    /// The target's name in error messages.
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

    /// - Returns: why the line was not written; nil on success.
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

    /// Writes until the queue is empty.
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
