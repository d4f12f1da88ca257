package import RelayCore
package import RelayJQ
package import RelayJSON

extension JQProgram {
    /// All outputs for `input`, in a stage.
    package func evaluate(_ input: JSON, in context: StageContext) throws(JQError) -> [JSON] {
        guard let run = context.shortRun else { return try evaluate(input) }
        do { return try evaluate(input, budget: budget.short) } catch {
            if error.code == .budget { run.giveUp() }
            throw error
        }
    }

    /// Whether the first output for `input` is anything but `false` and `null`, in a stage.
    package func isTrue(_ input: JSON, in context: StageContext) throws(JQError) -> Bool {
        guard let run = context.shortRun else { return try isTrue(input) }
        do { return try isTrue(input, budget: budget.short) } catch {
            if error.code == .budget { run.giveUp() }
            throw error
        }
    }
}

extension JQBudget {
    /// What an evaluation may use of it that others wait for: some milliseconds at most.
    fileprivate var short: JQBudget {
        var budget = self
        budget.steps = min(steps, 20_000)
        budget.bytes = min(bytes, 4 << 20)
        budget.time = min(time, .milliseconds(10))
        return budget
    }
}
