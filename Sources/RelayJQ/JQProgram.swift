package import RelayJSON

/// A compiled jq expression, usable on any thread.
///
/// The language is jq 1.7 without access to anything but its input: there are no modules, files, environment or further
/// inputs. A program never changes, so no input can affect the evaluation of another.
package final class JQProgram: Sendable {
    /// The expression as written.
    package let source: String
    /// The syntax tree.
    package let expression: JQExpression
    /// The nesting of the syntax tree.
    package let height: Int
    /// What an evaluation may use when the caller sets no other budget.
    package let budget: JQBudget
    private let root: JQNode
    private let functions: [JQFunction]
    /// Whether the expression is nested so deeply that it is evaluated on a large stack from the start.
    private let needsLargeStack: Bool

    private static let shallow = 60
    private static let maximumLength = 256 << 10

    /// Compiles `source`.
    ///
    /// - Parameters:
    ///   - variables: values that the expression can use as `$name`.
    ///   - budget: what each evaluation may use.
    package init(
        _ source: String, variables: [String: JSON] = [:], budget: JQBudget = JQBudget()
    ) throws(JQError) {
        guard source.utf8.contains(where: { $0 > 0x20 }) else {
            throw JQError(
                code: .syntax, message: "the expression is empty; write `.` for the whole event", offset: 0)
        }
        guard source.utf8.count <= Self.maximumLength else {
            throw JQError(code: .syntax, message: "the expression is longer than \(Self.maximumLength) bytes")
        }
        let syntax = try JQParser.parse(source)
        let height = syntax.height
        let (root, functions) = try JQStack.runLarge(when: height > 20) { () throws(JQError) in
            var compiler = JQCompiler(variables: variables)
            let root = try compiler.program(syntax.expression)
            return (root, compiler.functions)
        }
        self.source = source
        self.budget = budget
        self.height = height
        expression = syntax.expression
        self.root = root
        self.functions = functions
        needsLargeStack = height > Self.shallow
    }

    /// All outputs for `input`, in order.
    ///
    /// - Throws: `JQError` when the expression fails or exceeds the budget.
    package func evaluate(
        _ input: JSON, budget: JQBudget? = nil, cancellation: JQCancellation? = nil
    ) throws(JQError) -> [JSON] {
        let budget = budget ?? self.budget
        var outputs: [JSON] = []
        var length = 0
        try run(input, budget, cancellation) { (output, run) throws(JQFailure) in
            guard outputs.count < budget.outputs else {
                throw JQFailure.ended(run.exceeded("has more than \(budget.outputs) outputs"))
            }
            length += JQMeasure.textLength(of: output, limit: budget.resultBytes + 1)
            guard length <= budget.resultBytes else {
                throw JQFailure.ended(run.exceeded("has a result of more than \(budget.resultBytes >> 10) KiB"))
            }
            outputs.append(run.madeSpecialNumber ? JQNumber.sanitized(output) : output)
        }
        return outputs
    }

    /// Whether the first output for `input` is anything but `false` and `null`; no output is false.
    ///
    /// - Throws: `JQError` when the expression fails before its first output, or exceeds the budget.
    package func isTrue(
        _ input: JSON, budget: JQBudget? = nil, cancellation: JQCancellation? = nil
    ) throws(JQError) -> Bool {
        var answer = false
        let stop = 0
        try run(input, budget ?? self.budget, cancellation) { (output, _) throws(JQFailure) in
            answer = output.isTruthy
            throw JQFailure.stop(stop)
        }
        return answer
    }

    private func run(
        _ input: JSON, _ budget: JQBudget, _ cancellation: JQCancellation?,
        _ receive: (JSON, JQEvaluation) throws(JQFailure) -> Void
    ) throws(JQError) {
        let run = JQEvaluation(budget: budget, functions: functions, cancellation: cancellation)
        do throws(JQFailure) {
            try run.step()
            if needsLargeStack {
                try run.onLargeStack { () throws(JQFailure) in try evaluate(input, run, receive) }
            } else {
                try evaluate(input, run, receive)
            }
        } catch {
            // Labels begin with 1: this is the end after the first output.
            if case .stop(0) = error { return }
            throw error.error
        }
    }

    private func evaluate(
        _ input: JSON, _ run: JQEvaluation, _ receive: (JSON, JQEvaluation) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        if root.isOne { return try receive(try root.one(input, nil, run), run) }
        var kept = JQKept(run)
        try root.each(input, nil, run) { (output) throws(JQFailure) in
            try kept.add(output, run)
            try receive(output, run)
        }
    }
}
