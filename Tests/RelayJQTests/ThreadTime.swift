import Glibc

/// The CPU time of this thread: other tests and processes do not count.
enum ThreadTime {
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    #if DEBUG
        /// Between two looks at the time, debug builds take several times as long.
        static let limit: Duration = .seconds(10)
    #else
        /// The longest that an evaluation may take, whatever it computes.
        static let limit: Duration = .seconds(1)
    #endif
}
