internal import RelayConfig
internal import RelayJQ
internal import RelayJSON
internal import Synchronization

/// An expression of a test, compiled together with others.
struct TestExpression: Sendable {
    let source: String
    fileprivate let index: Int
}

/// Compiles the tests' expressions in groups, because libjq takes 10 to 20 ms for a program of any length.
final class TestExpressionCompiler: Sendable {
    /// The number of expressions in a program. Larger programs take longer to compile than they save.
    private static let size = 32

    private struct State: Sendable {
        /// Each expression once, with a function that compiles it alone.
        var entries: [(source: String, recheck: @Sendable () throws -> Void)] = []
        var indices: [String: Int] = [:]
        var programs: [JQProgram] = []
    }

    private let state = Mutex(State())

    /// - Parameter recheck: compiles the expression alone and throws its error with its position.
    func add(_ source: String, recheck: @escaping @Sendable () throws -> Void) -> TestExpression {
        state.withLock { state in
            if let index = state.indices[source] { return TestExpression(source: source, index: index) }
            state.entries.append((source, recheck))
            state.indices[source] = state.entries.count - 1
            return TestExpression(source: source, index: state.entries.count - 1)
        }
    }

    /// Compiles all expressions.
    /// - Throws: the errors of all invalid expressions.
    func compile() throws {
        let entries = state.withLock { $0.entries }
        let starts = Array(stride(from: 0, to: entries.count, by: Self.size))
        let programs = try ValueIssuesCollection.collect(starts) { start in
            let part = entries[start..<min(start + Self.size, entries.count)]
            do throws(JQError) {
                return try JQProgram(Self.program(part.map(\.source)))
            } catch {
                _ = try ValueIssuesCollection.collect(part) { try $0.recheck() }
                // Each expression is valid alone, so the error comes from their combination.
                throw error
            }
        }
        state.withLock { $0.programs = programs }
    }

    /// Whether the first output for a value is anything but `false` and `null`.
    func isTrue(_ expression: TestExpression, of value: JSON) throws(JQError) -> Bool {
        let programs = state.withLock { $0.programs }
        let (part, index) = expression.index.quotientAndRemainder(dividingBy: Self.size)
        guard programs.indices.contains(part) else { throw JQError(message: "the expression was not compiled") }
        return try programs[part].isTrue([.int(Int64(index)), value])
    }

    /// One program whose input is `[index, value]`. The line break ends a comment at the end of an expression.
    private static func program(_ sources: [String]) -> String {
        let cases = sources.enumerated().map { index, source in
            "\(index == 0 ? "if" : "elif") $__expression == \(index) then (\(source)\n)"
        }
        return ".[0] as $__expression | .[1] | \(cases.joined(separator: "\n")) else empty end"
    }
}
