internal import DequeModule
internal import Synchronization

/// Runs tasks on the calling thread, one job after the other in order of arrival. A test therefore always runs in the
/// same order, and it is known when all tasks wait.
final class SerialTaskExecutor: TaskExecutor {
    private let jobs = Mutex<Deque<UnownedJob>>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Returns when no task can continue: all remaining ones wait for the clock, or forever.
    func runUntilRest() {
        let executor = asUnownedTaskExecutor()
        while let job = jobs.withLock({ $0.popFirst() }) { job.runSynchronously(on: executor) }
    }
}
