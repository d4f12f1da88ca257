internal import CJQ
internal import Glibc
internal import Synchronization

/// Stops expressions that do not end, such as `last(repeat(1))`.
///
/// libjq checks before every instruction whether it was halted, so another thread can stop it. However, it cannot be
/// cleaned up in the middle of a program: assertions of version 1.6 fail on open path expressions. A stopped
/// interpreter is therefore never freed, which costs its memory. A single long instruction, such as one regular
/// expression, is not interrupted.
final class EvaluationWatchdog: Sendable {
    static let shared = EvaluationWatchdog()

    /// The maximum CPU time of one evaluation by the thread's own clock, in nanoseconds. A usual evaluation takes a few
    /// hundred thousandths of it.
    static let limit: Int64 = 500_000_000
    private static let tick = timespec(tv_sec: 0, tv_nsec: 50_000_000)

    /// An evaluation in progress.
    ///
    /// `@unchecked Sendable`: the thread and the interpreter outlive the entry. The evaluating thread removes the entry
    /// under the lock before it continues, and the watchdog uses an entry only under the lock.
    fileprivate struct Run: @unchecked Sendable {
        let state: OpaquePointer
        let thread: pthread_t
        /// The thread's CPU time when the watchdog first saw the evaluation. Most evaluations end before that.
        var seenAt: Int64?
        var stopped = false
    }

    private struct WatchedEvaluations {
        var next: UInt64 = 0
        var active: [UInt64: Run] = [:]
    }

    private let runs = Mutex(WatchedEvaluations())

    private init() {
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { _ in
                EvaluationWatchdog.shared.patrol()
                return nil
            }, nil)
        // When no thread can be created, evaluations are not watched, as in jq itself.
        if started == 0 { pthread_detach(thread) }
    }

    /// Begins to watch the evaluation of `state` on the calling thread.
    func watch(_ state: OpaquePointer) -> UInt64 {
        let run = Run(state: state, thread: pthread_self())
        return runs.withLock { runs in
            runs.next += 1
            runs.active[runs.next] = run
            return runs.next
        }
    }

    /// Ends watching; `false` when the program was stopped.
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
