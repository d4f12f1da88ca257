package import RelayCore
package import RelayJQ

/// The steps of a pipeline compiled to a flat list of instructions, so that a suspended run only stores an index.
package struct PipelineProgram: Sendable {
    /// The target of a jump.
    package struct Label: Sendable, Hashable {
        fileprivate let index: Int
    }

    /// A step as instructions refer to it: shared, because an instruction is copied whenever it is executed.
    package final class SharedStep: Sendable {
        private let step: PipelineStep

        init(_ step: PipelineStep) { self.step = step }

        package var id: String { step.id }
        package var stage: any Stage { step.stage }
        package var onError: PipelineStep.OnError { step.onError }
        package var timeout: Duration? { step.timeout }
    }

    package enum Instruction: Sendable {
        /// Runs a step's stage. If the stage fails and the event continues, execution continues at `recovery`.
        case run(SharedStep, recovery: Label)
        /// Evaluates an expression; if it is not true, execution continues at `otherwise`.
        case test(BranchCondition, of: SharedStep, otherwise: Label, recovery: Label)
        /// Marks the branch that was taken, by its label; nil when no branch was taken.
        case took(String?, of: SharedStep)
        case jump(Label)
        /// Marks the end of the stages of an `on_error`: the failure is handled.
        case recovered
    }

    /// An expression, and the option that contains it.
    package struct BranchCondition: Sendable {
        package let option: String
        package let expression: JQProgram
    }

    package private(set) var instructions: [Instruction] = []
    private var indices: [Int] = []

    init(_ steps: [PipelineStep]) {
        for step in steps { append(step) }
    }

    /// The index of the instruction at a label; the end of ``instructions`` when no instruction follows it.
    package func index(of label: Label) -> Int { indices[label.index] }

    private mutating func append(_ step: PipelineStep) {
        let shared = SharedStep(step)
        let end = label()
        let recovery = step.onError == .stages ? label() : end
        func test(_ option: String, _ expression: JQProgram, otherwise: Label) -> Instruction {
            .test(
                BranchCondition(option: option, expression: expression),
                of: shared,
                otherwise: otherwise,
                recovery: recovery
            )
        }
        if let when = step.when { instructions.append(test("when", when, otherwise: end)) }
        if step.branches.isEmpty {
            instructions.append(.run(shared, recovery: recovery))
        }
        for branch in step.branches {
            let next = label()
            if let condition = branch.condition { instructions.append(test("case", condition, otherwise: next)) }
            if !branch.label.isEmpty { instructions.append(.took(branch.label, of: shared)) }
            for inner in branch.steps { append(inner) }
            instructions.append(.jump(end))
            put(next)
        }
        if step.branches.last?.condition != nil { instructions.append(.took(nil, of: shared)) }
        if step.onError == .stages {
            instructions.append(.jump(end))
            put(recovery)
            for inner in step.recovery { append(inner) }
            instructions.append(.recovered)
        }
        put(end)
    }

    /// Creates a label without a final position; `put(_:)` sets it.
    private mutating func label() -> Label {
        indices.append(instructions.count)
        return Label(index: indices.count - 1)
    }

    private mutating func put(_ label: Label) {
        indices[label.index] = instructions.count
    }
}
