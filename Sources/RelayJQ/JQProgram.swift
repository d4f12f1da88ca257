internal import Glibc
package import RelayJSON
internal import Synchronization

/// A compiled jq expression, for use on any thread.
///
/// The language is that of libjq 1.6, cut off from the outside: `env` and `$ENV` are empty, modules, `input` and `halt`
/// are errors, `debug` and `stderr` write nothing. Only what the user who runs the process keeps in `~/.jq` is read, as
/// jq always does.
///
/// jq computes with doubles: an integer beyond 2^53 loses its last digits on the way through.
package final class JQProgram: Sendable {
    /// More outputs of one evaluation are an error.
    package static let maximumOutputs = 10_000
    /// How many evaluations may be stopped for taking too long before the program refuses to go on: each one costs the
    /// memory it had.
    static let maximumStops = 8

    /// The expression as it was written.
    package let source: String
    private let variables: [String: JSON]
    private let pool: Mutex<Pool>

    private struct Pool {
        var idle: [JQInterpreter]
        var stops = 0
    }

    /// Compiles `source`, which takes 10 to 20 ms.
    ///
    /// - Parameter variables: what the expression sees as `$name`. `ENV` cannot be set.
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
        // Evaluations hold the program, so none is under way and every machine is back.
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
            // What goes wrong after the first output does not change it.
            guard first != nil else { throw error }
        }
        return switch first {
        case nil, .null, .bool(false): false
        default: true
        }
    }

    /// One output more than allowed, so that too many can be told from just enough.
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

    /// A machine of the pool, or a new one when all are busy: nobody waits for another evaluation.
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

    /// Keeps as many machines as there are cores; more were only for a moment with more threads than that.
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
