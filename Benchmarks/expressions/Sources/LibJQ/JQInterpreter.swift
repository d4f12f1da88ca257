internal import CJQ
import RelayJSON

/// One compiled program in one interpreter of libjq.
///
/// `@unchecked Sendable`: an interpreter is bound to no thread, but only one thread may use it at a time. An
/// interpreter is either in its program's pool, behind a mutex, or used by exactly one evaluation, which returns it to
/// the pool.
struct JQInterpreter: @unchecked Sendable {
    private let state: OpaquePointer

    /// Compiles the expression `source`. This takes libjq 1.6 about 13 ms, because it parses its own library each time.
    init(_ source: String, variables: [String: JSON], outputs: Int) throws(JQError) {
        do {
            state = try Self.compile(JQPrelude.limited(source, to: outputs), variables: variables).get()
        } catch {
            // Compiled again without the limit around it, so that the error refers to the source as written.
            if case .failure(let own) = Self.compile(JQPrelude.plain(source), variables: variables) {
                throw JQError(reports: own.reports, source: source, prefixLines: JQPrelude.lines)
            }
            throw JQError(reports: error.reports, source: source, prefixLines: JQPrelude.lines)
        }
    }

    func free() {
        var state: OpaquePointer? = state
        jq_teardown(&state)
    }

    enum Outcome {
        case finished
        case failed(JQError)
        /// The watchdog stopped the program. The interpreter must not be used again or freed: see `EvaluationWatchdog`.
        case stopped
    }

    /// Runs the program to its end and passes each output to `receive`, which consumes it. `receive` is not called
    /// again after it has thrown.
    func run(_ input: JSON, receive: (jv) throws(JQError) -> Void) -> Outcome {
        jq_start(state, input.jqValue(), 0)
        let ticket = EvaluationWatchdog.shared.watch(state)
        var failure: JQError?
        while true {
            let output = jq_next(state)
            if jv_is_valid(output) != 0 {
                guard failure == nil else {
                    jv_free(output)
                    continue
                }
                do throws(JQError) { try receive(output) } catch { failure = error }
            } else if jv_invalid_has_msg(jv_copy(output)) != 0 {
                let error = JQError(message: String(consumingError: jv_invalid_get_msg(output)))
                failure = failure ?? error
                break
            } else {
                jv_free(output)
                break
            }
        }
        guard EvaluationWatchdog.shared.release(ticket) else { return .stopped }
        return failure.map(Outcome.failed) ?? .finished
    }

    // MARK: Compiling

    private struct CompileError: Error {
        var reports: [String] = []
    }

    private static func compile(_ program: String, variables: [String: JSON]) -> Result<OpaquePointer, CompileError> {
        guard let state = jq_init() else { return .failure(CompileError(reports: ["libjq could not be started"])) }
        // libjq asserts that there is a search path for modules.
        jq_set_attr(state, "JQ_LIBRARY_PATH".jqValue(), jv_array())
        var found = CompileError()
        let compiled = withUnsafeMutablePointer(to: &found) { found in
            jq_set_error_cb(
                state,
                { context, message in
                    let text = String(consumingError: jq_format_error(message))
                    context?.assumingMemoryBound(to: CompileError.self).pointee.reports.append(text)
                }, found)
            defer { jq_set_error_cb(state, { _, message in jv_free(message) }, nil) }
            return jq_compile_args(
                state, program, JSON.object(JSONObject(variables.map { ($0.key, $0.value) })).jqValue())
        }
        guard compiled != 0 else {
            var state: OpaquePointer? = state
            jq_teardown(&state)
            return .failure(found)
        }
        return .success(state)
    }
}
