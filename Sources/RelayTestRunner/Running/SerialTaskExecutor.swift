internal import DequeModule
internal import Synchronization

/// Runs tasks on the thread that asks for it, one job after the other in the order of their coming, so that a test runs
/// the same way every time, and that it is at rest is known rather than guessed.
final class SerialTaskExecutor: TaskExecutor {
    private let jobs = Mutex<Deque<UnownedJob>>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Returns when no task can go on: all that are left wait for the clock, or for ever.
    func runUntilRest() {
        let executor = asUnownedTaskExecutor()
        while let job = jobs.withLock({ $0.popFirst() }) { job.runSynchronously(on: executor) }
    }
}
