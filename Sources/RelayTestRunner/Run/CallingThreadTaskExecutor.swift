internal import DequeModule
internal import Synchronization

/// Runs tasks on the calling thread, one job after the other in order of arrival. A test therefore always runs in the
/// same order, and it is known when all tasks wait.
final class CallingThreadTaskExecutor: TaskExecutor {
    private let jobs = Mutex<Deque<UnownedJob>>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs a body to its end and returns its value; nil when it waits for what does not come from itself.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
        let value = Mutex<Value?>(nil)
        let task = Task(executorPreference: self) {
            let result = await body()
            value.withLock { $0 = result }
        }
        runUntilRest()
        task.cancel()
        return value.withLock { $0 }
    }

    /// Returns when no task can go on: all that are left wait for the clock, or for ever.
    func runUntilRest() {
        let executor = asUnownedTaskExecutor()
        while let job = jobs.withLock({ $0.popFirst() }) { job.runSynchronously(on: executor) }
    }
}
