internal import Glibc
package import RelayJSON
internal import Synchronization

/// A compiled jq expression, usable on any thread.
///
/// The language is that of libjq 1.6 without access to its environment: `env` and `$ENV` are empty, modules, `input`
/// and `halt` are errors, `debug` and `stderr` write nothing. Only `~/.jq` of the user who runs the process is read, as
/// jq always does.
///
/// jq computes with doubles: an integer beyond 2^53 loses its last digits.
package final class JQProgram: Sendable {
    /// The maximum number of outputs of one evaluation; more are an error.
    package static let maximumOutputs = 10_000
    /// The maximum number of evaluations that may be stopped for exceeding the time limit. After that the program
    /// always fails, because each stopped evaluation leaks its memory.
    static let maximumStops = 8

    /// The expression as written.
    package let source: String
    private let variables: [String: JSON]
    private let pool: Mutex<Pool>

    private struct Pool {
        var idle: [JQInterpreter]
        var stops = 0
    }

    /// Compiles `source`, which takes 10 to 20 ms.
    ///
    /// - Parameter variables: values that the expression can use as `$name`. `ENV` cannot be set.
    package init(_ source: String, variables: [String: JSON] = [:]) throws(JQError) {
        guard source.utf8.contains(where: { $0 > 0x20 }) else {
            throw JQError(message: "the expression is empty; write `.` for the whole event", offset: 0)
        }
        guard !source.utf8.contains(0) else { throw JQError(message: "the expression contains a NUL character") }
        self.source = source
        self.variables = variables
        pool = Mutex(Pool(idle: [try Self.compile(source, variables)]))
    }

    deinit {
        // Evaluations retain the program, so none is in progress and all interpreters are in the pool.
        for machine in pool.withLock({ $0.idle }) { machine.free() }
    }

    /// All outputs for `input`, in order.
    ///
    /// - Throws: `JQError` when the expression fails, has more than `maximumOutputs` outputs, or takes more than half a
    ///   second of CPU time.
    package func evaluate(_ input: JSON) throws(JQError) -> [JSON] {
        var outputs: [JSON] = []
        try run(input) { (output) throws(JQError) in
            guard outputs.count < Self.maximumOutputs else {
                throw JQError(message: "the expression has more than \(Self.maximumOutputs) outputs")
            }
            outputs.append(output)
        }
        return outputs
    }

    /// Whether the first output for `input` is anything but `false` and `null`; no output is false.
    ///
    /// - Throws: `JQError` when the expression fails before its first output, or takes more than half a second of CPU
    ///   time.
    package func isTrue(_ input: JSON) throws(JQError) -> Bool {
        var first: JSON?
        do {
            try run(input) { (output) throws(JQError) in
                if first == nil { first = output }
            }
        } catch {
            // An error after the first output does not change the result.
            guard first != nil else { throw error }
        }
        return switch first {
        case nil, .null, .bool(false): false
        default: true
        }
    }

    /// Compiled with one output more than allowed, so that too many outputs are detected.
    private static func compile(_ source: String, _ variables: [String: JSON]) throws(JQError) -> JQInterpreter {
        try JQInterpreter(source, variables: variables, outputs: maximumOutputs + 1)
    }

    private func run(_ input: JSON, receive: (JSON) throws(JQError) -> Void) throws(JQError) {
        let machine = try takeMachine()
        switch machine.run(input, receive: { (output) throws(JQError) in try receive(JSON(consuming: output)) }) {
        case .finished:
            putBack(machine)
        case .failed(let error):
            putBack(machine)
            throw error
        case .stopped:
            pool.withLock { $0.stops += 1 }
            throw JQError(message: "the expression took more than half a second and was stopped")
        }
    }

    /// An interpreter of the pool, or a new one when all are busy, so that no evaluation waits for another.
    private func takeMachine() throws(JQError) -> JQInterpreter {
        let (idle, stops) = pool.withLock { ($0.idle.popLast(), $0.stops) }
        guard stops < Self.maximumStops else {
            if let idle { putBack(idle) }
            throw JQError(
                message: "the expression was stopped \(stops) times for taking too long and is not tried again")
        }
        if let idle { return idle }
        return try Self.compile(source, variables)
    }

    /// Keeps as many interpreters as there are cores; more existed only while more threads evaluated at once.
    private func putBack(_ machine: JQInterpreter) {
        let kept = pool.withLock { pool in
            guard pool.idle.count < cores else { return false }
            pool.idle.append(machine)
            return true
        }
        if !kept { machine.free() }
    }
}

private let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
