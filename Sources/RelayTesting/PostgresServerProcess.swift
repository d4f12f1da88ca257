import Foundation
import Synchronization

/// A process that ends with the test run, also when that is killed.
///
/// The kernel signals a process when the *thread* that has started it ends, and the threads of the pool that tests run
/// on end when they are idle. So each process has a thread that starts it and stays until it has ended.
final class PostgresServerProcess: Sendable {
    /// How the start went; nil before it.
    private let result = Mutex<Result<ChildProcess, any Error>?>(nil)

    /// Starts a program and blocks until it runs.
    /// - Parameter log: a file for what it prints.
    static func start(_ program: String, _ arguments: [String], log: String) throws -> ChildProcess {
        let server = PostgresServerProcess()
        Thread.detachNewThread { server.run(program, arguments, log: log) }
        while true {
            if let result = server.result.withLock({ $0 }) { return try result.get() }
            usleep(1000)
        }
    }

    private func run(_ program: String, _ arguments: [String], log: String) {
        let started = Result { try ChildProcess(program, arguments, output: "/dev/null", errors: log) }
        result.withLock { $0 = started }
        guard case .success(let process) = started else { return }
        while process.isRunning { usleep(20_000) }
    }
}
