/// What one evaluation may use. Exceeding it is an error of this evaluation alone.
package struct JQBudget: Sendable, Hashable {
    /// Operations: calls, operators, elements of generators, and work of functions in proportion to their input.
    package var steps = 1_000_000
    /// Live values that the evaluation made, in bytes.
    package var bytes = 64 << 20
    /// Nested calls of functions, and the nesting of values.
    package var depth = 1_000
    package var outputs = 10_000
    /// All outputs together, in bytes of JSON without escapes.
    package var resultBytes = 5 << 20
    /// The CPU time, for what steps do not measure well, such as a regular expression that is tried at many places.
    package var time: Duration = .milliseconds(500)

    package init() {}

    /// For filters that run beside the pipeline, such as those of taps and replays.
    package static let small: JQBudget = {
        var budget = JQBudget()
        budget.steps = 100_000
        budget.bytes = 8 << 20
        budget.outputs = 1_000
        budget.resultBytes = 1 << 20
        budget.time = .milliseconds(100)
        return budget
    }()
}
