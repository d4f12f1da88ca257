internal import Glibc
internal import RelayCore
package import Testing

/// Runs the tests of a suite, or one test, through a pool that all test targets share: at most as many of them run at
/// once as the machine has cores. Every test that starts a process or a server, or that moves much data, has it.
/// Without it hundreds of such tests would run at once, and each would be slow enough to reach somebody's time-out.
///
/// ```swift
/// @Suite(.limitedConcurrency)
/// struct CommandTests { … }
/// ```
package struct LimitedConcurrencyTrait: SuiteTrait, TestTrait, TestScoping {
    /// How long one test case may run once it is in the pool: far more than any needs under load, so that only one that
    /// hangs is ended by it. The time in which it waits for its turn does not count, unlike with `.timeLimit`.
    private static let limit = Duration.seconds(1800)

    private static let semaphore = AsyncSemaphore(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Whether the current task runs in the pool.
    @TaskLocal private static var isInPool = false

    package var isRecursive: Bool { true }

    /// A test case takes a place in the pool, and never a suite: its tests would wait for it.
    package func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? nil : self }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        // Both a suite and its test may have the trait; one place is enough.
        if Self.isInPool { return try await function() }
        guard await Self.semaphore.wait() else { throw CancellationError() }
        defer { Self.semaphore.signal() }
        try await Self.$isInPool.withValue(true) {
            try await withoutActuallyEscaping(function) { function in
                try await withWaitLimit(Self.limit, for: "the end of the test", function)
            }
        }
    }

    /// Fails the current test when it is not in the pool. Outside of tests, and in detached tasks, it does nothing.
    ///
    /// - Parameter resource: what the test starts, e.g. `"a process"`.
    static func check(starting resource: String) {
        guard Test.Case.current != nil, !isInPool else { return }
        Issue.record("A test that starts \(resource) needs the trait .limitedConcurrency, on itself or on its suite.")
    }
}

extension Trait where Self == LimitedConcurrencyTrait {
    /// At most as many such tests run at once as the machine has cores. Needed to start a process or a server.
    package static var limitedConcurrency: Self { Self() }
}
