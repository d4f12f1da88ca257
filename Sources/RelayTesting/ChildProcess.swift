import Glibc
import Synchronization

/// A program that a test cannot use.
package struct ChildProcessError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        case cannotStart
        /// It ended before it printed what the test waited for.
        case endedEarly
    }

    package let code: Code
    package let description: String
}

/// A program that a test runs; the test has the trait ``LimitedConcurrencyTrait``. What it prints goes into files, and
/// waiting is done by looking again, so that neither a full pipe nor a program that lives long holds a thread of the pool
/// that tests run on.
package final class ChildProcess: Sendable {
    package let processID: Int32
    let output: String
    let errors: String
    /// The status from `waitpid`; nil while it runs.
    private let status = Mutex<Int32?>(nil)

    /// Starts the program. It inherits only the standard file descriptors.
    ///
    /// - Parameters:
    ///   - environment: variables that are added to the test's own environment.
    ///   - input: a file for standard input; default empty.
    ///   - output: a file for standard output; truncated first.
    ///   - errors: a file for standard error; appended to.
    /// - Throws: ``Failure`` when it cannot be started.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "/dev/null",
        output: String,
        errors: String
    ) throws {
        LimitedConcurrencyTrait.check(starting: "a process")
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
        // The test's threads may block signals, but the program must receive them.
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
            throw ChildProcessError(code: .cannotStart, description: "\(program) cannot be started: \(reason)")
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

    /// The standard output so far.
    package var text: String { Self.read(output) }
    /// The standard error so far.
    package var errorText: String { Self.read(errors) }

    /// The output channel of a program.
    package enum Channel: Sendable { case output, errors }

    /// The end of what it has printed and complained of, for a failure's text.
    package var outputTail: String { "output: …\(text.suffix(4000))\nerrors: …\(errorText.suffix(4000))" }

    /// Waits for the first whole line with this in it, and returns what stands behind it.
    ///
    /// - Throws: ``Failure`` when the program ends before, or after `limit`.
    package func line(
        after mark: String,
        on channel: Channel = .output,
        within limit: Duration = .waitLimit
    ) async throws -> String {
        var rest: Substring?
        try await eventually(
            "a line with \"\(mark)\"", within: limit, every: .milliseconds(10), details: { outputTail }
        ) {
            let hasEnded = !isRunning
            let text = channel == .output ? text : errorText
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() where rest == nil {
                rest = line.firstRange(of: mark).map { line[$0.upperBound...] }
            }
            if rest == nil, hasEnded {
                throw ChildProcessError(code: .endedEarly, description: "ended without \"\(mark)\"\n\(outputTail)")
            }
            return rest != nil
        }
        return rest.map(String.init) ?? ""
    }

    /// Waits until the process ends. Returns its exit status, or the negated signal that ended it.
    ///
    /// - Throws: ``Failure`` after `limit`; the process is then killed.
    @discardableResult
    package func end(within limit: Duration = .waitLimit) async throws -> Int32 {
        do {
            try await eventually(
                "the end of the process", within: limit, every: .milliseconds(5), details: { outputTail }
            ) { !isRunning }
        } catch {
            kill()
            throw error
        }
        return exitStatus ?? 0
    }

    /// Runs a short program, blocks until it ends, and returns its exit status.
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

    /// Sends a signal, unless the process has ended.
    package func signal(_ number: Int32) {
        // The process has not been reaped, so the number cannot belong to another process.
        if isRunning { _ = Glibc.kill(processID, number) }
    }

    /// Kills the process and blocks until it has ended, which takes a short time.
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
