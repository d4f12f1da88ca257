internal import CJQ
internal import Glibc
internal import Synchronization

/// Stops expressions that do not end, such as `last(repeat(1))`.
///
/// libjq looks before every instruction whether it was halted, so another thread can stop it. It cannot be told to
/// clean up from the middle of a program, though (assertions of version 1.6 fail on open path expressions), so a
/// stopped interpreter is left as it is: its memory is the price of going on. A single instruction that takes long,
/// such as one regular expression, is not interrupted.
final class EvaluationWatchdog: Sendable {
    static let shared = EvaluationWatchdog()

    /// CPU time that one evaluation may take, as the thread's own clock tells, in nanoseconds. Usual is a few hundred
    /// thousandths of it.
    static let limit: Int64 = 500_000_000
    private static let tick = timespec(tv_sec: 0, tv_nsec: 50_000_000)

    /// An evaluation under way.
    ///
    /// `@unchecked Sendable`: the thread and the interpreter outlive the entry, which the evaluating thread removes
    /// under the lock before it goes on, and the watchdog only uses an entry under the lock.
    fileprivate struct Run: @unchecked Sendable {
        let state: OpaquePointer
        let thread: pthread_t
        /// The thread's CPU time when the watchdog first saw the evaluation. Most end before it does.
        var seenAt: Int64?
        var stopped = false
    }

    private struct Runs {
        var next: UInt64 = 0
        var active: [UInt64: Run] = [:]
    }

    private let runs = Mutex(Runs())

    private init() {
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { _ in
                EvaluationWatchdog.shared.patrol()
                return nil
            }, nil)
        // Without a thread to spare expressions go unwatched, as they would in jq itself.
        if started == 0 { pthread_detach(thread) }
    }

    /// Begins to watch the calling thread running `state`.
    func watch(_ state: OpaquePointer) -> UInt64 {
        let run = Run(state: state, thread: pthread_self())
        return runs.withLock { runs in
            runs.next += 1
            runs.active[runs.next] = run
            return runs.next
        }
    }

    /// Ends it; `false` when the program was stopped.
    func release(_ ticket: UInt64) -> Bool {
        runs.withLock { $0.active.removeValue(forKey: ticket) }?.stopped == false
    }

    private func patrol() {
        while true {
            var tick = Self.tick
            nanosleep(&tick, nil)
            runs.withLock { runs in
                for ticket in runs.active.keys { runs.active[ticket]?.check() }
            }
        }
    }
}

extension EvaluationWatchdog.Run {
    fileprivate mutating func check() {
        var clock = clockid_t()
        var time = timespec()
        guard !stopped, pthread_getcpuclockid(thread, &clock) == 0, clock_gettime(clock, &time) == 0 else { return }
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        guard let seenAt else {
            seenAt = now
            return
        }
        if now - seenAt > EvaluationWatchdog.limit {
            jq_halt(state, jv_null(), jv_null())
            stopped = true
        }
    }
}
