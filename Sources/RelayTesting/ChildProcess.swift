import Glibc
import Synchronization

/// A program that a test runs. What it prints goes into files, and waiting is done by looking again, so that neither a
/// full pipe nor a program that lives long holds a thread of the pool that tests run on.
package final class ChildProcess: Sendable {
    /// A program that could not start, or did not do what a test waited for.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    package let processID: Int32
    private let output: String
    private let errors: String
    /// How it ended, as `waitpid` tells it.
    private let status = Mutex<Int32?>(nil)

    /// Starts the program. It inherits no open file but its standard ones.
    ///
    /// - Parameters:
    ///   - environment: laid over the test's own.
    ///   - input: a file to read from; default nothing.
    ///   - output: a file for what it prints; emptied first.
    ///   - errors: a file for its error output; appended to.
    /// - Throws: ``Failure`` when it cannot be started.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "/dev/null",
        output: String,
        errors: String
    ) throws {
        self.output = output
        self.errors = errors
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // All that the tests may have open at once, well beyond a thousand: the end of a pipe in here would keep another
        // test's reader waiting for ever. One that is not open is passed over.
        for descriptor: Int32 in 3..<16_384 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The test's threads may block signals; the program is to hear them.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var values: [UnsafeMutablePointer<CChar>?] = Self.environment(with: environment).map { strdup($0) } + [nil]
        defer { for word in words + values { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &words, &values)
        guard code == 0 else {
            let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
            throw Failure(description: "\(program) cannot be started: \(reason)")
        }
        processID = pid
    }

    deinit {
        kill()
    }

    private static func environment(with added: [String: String]) -> [String] {
        var entries: [String] = []
        var entry = environ
        while let text = entry.pointee {
            let text = String(cString: text)
            if added[String(text.prefix { $0 != "=" })] == nil { entries.append(text) }
            entry += 1
        }
        return entries + added.map { "\($0)=\($1)" }
    }

    package var isRunning: Bool {
        status.withLock { status in
            var found: Int32 = 0
            if status == nil, waitpid(processID, &found, WNOHANG) == processID { status = found }
            return status == nil
        }
    }

    /// What it has printed so far.
    package var text: String { Self.read(output) }
    /// What it has complained of so far.
    package var errorText: String { Self.read(errors) }

    /// Where a program writes to.
    package enum Channel: Sendable { case output, errors }

    /// Waits for the first whole line with this in it, and returns what stands behind it.
    ///
    /// - Throws: ``Failure`` when the program ends before, or `limit` is over.
    package func line(
        after mark: String,
        on channel: Channel = .output,
        within limit: Duration = .seconds(60)
    ) async throws -> String {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            let hasEnded = !isRunning
            let text = channel == .output ? text : errorText
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                if let range = line.firstRange(of: mark) { return String(line[range.upperBound...]) }
            }
            if hasEnded { throw Failure(description: "ended without \"\(mark)\":\n\(self.text)\n\(errorText)") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(description: "no \"\(mark)\" within \(limit):\n\(text)\n\(errorText)")
    }

    /// Waits for the end. Returns the exit status, or the negated signal that ended it.
    ///
    /// - Throws: ``Failure`` when `limit` is over; the program is killed then.
    @discardableResult
    package func end(within limit: Duration = .seconds(120)) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while isRunning {
            guard ContinuousClock.now < deadline else {
                kill()
                throw Failure(description: "did not end within \(limit):\n\(text)\n\(errorText.suffix(4000))")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return exitStatus ?? 0
    }

    /// Runs a program that takes moments, waiting for it where it stands, and returns its exit status.
    package static func run(_ program: String, _ arguments: String...) throws -> Int32 {
        let process = try ChildProcess(program, arguments, output: "/dev/null", errors: "/dev/null")
        while process.isRunning { usleep(1000) }
        return process.exitStatus ?? 0
    }

    /// The exit status, or the negated signal that ended it; nil while it runs.
    package var exitStatus: Int32? {
        guard !isRunning, let status = status.withLock({ $0 }) else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }

    /// Sends a signal, unless it has ended.
    package func signal(_ number: Int32) {
        // Not reaped yet, so the number is still this process's.
        if isRunning { _ = Glibc.kill(processID, number) }
    }

    /// Ends it at once. A killed program is gone within moments, so this waits for it where it stands.
    package func kill() {
        signal(SIGKILL)
        while isRunning { usleep(1000) }
    }

    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let part = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                count = max(0, Glibc.read(file, buffer.baseAddress, 64 << 10))
            }
            if part.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += part
        }
    }
}
