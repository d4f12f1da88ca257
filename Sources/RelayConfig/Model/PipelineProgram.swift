package import RelayJQ

/// A pipeline's steps as they run: one flat list, so that a run that waits only has to keep its place in it.
package struct PipelineProgram: Sendable {
    /// A place to go on at.
    package struct Label: Sendable, Hashable {
        fileprivate let index: Int
    }

    package enum Instruction: Sendable {
        /// Runs a step's stage. When it fails, and the event is to go on, that is at `recovery`.
        case run(PipelineStep, recovery: Label)
        /// Goes on at `otherwise` unless an expression is true of the event.
        case test(BranchCondition, of: PipelineStep, otherwise: Label, recovery: Label)
        /// The stages of one of a step's cases follow; nil: none of its cases was true.
        case took(String?, of: PipelineStep)
        case jump(Label)
        /// The stages of an `on_error` are over: the failure is dealt with.
        case recovered
    }

    /// An expression, and the option that it is.
    package struct BranchCondition: Sendable {
        package let option: String
        package let expression: JQProgram
    }

    package private(set) var instructions: [Instruction] = []
    private var indices: [Int] = []

    init(_ steps: [PipelineStep]) {
        for step in steps { append(step) }
    }

    /// The index of the instruction at a label; the end of ``instructions`` when none follows it.
    package func index(of label: Label) -> Int { indices[label.index] }

    private mutating func append(_ step: PipelineStep) {
        let end = label()
        let recovery = step.onError == .stages ? label() : end
        func test(_ option: String, _ expression: JQProgram, otherwise: Label) -> Instruction {
            .test(
                BranchCondition(option: option, expression: expression),
                of: step,
                otherwise: otherwise,
                recovery: recovery
            )
        }
        if let when = step.when { instructions.append(test("when", when, otherwise: end)) }
        if step.branches.isEmpty {
            instructions.append(.run(step, recovery: recovery))
        }
        for branch in step.branches {
            let next = label()
            if let condition = branch.condition { instructions.append(test("case", condition, otherwise: next)) }
            if !branch.label.isEmpty { instructions.append(.took(branch.label, of: step)) }
            for inner in branch.steps { append(inner) }
            instructions.append(.jump(end))
            put(next)
        }
        if step.branches.last?.condition != nil { instructions.append(.took(nil, of: step)) }
        if step.onError == .stages {
            instructions.append(.jump(end))
            put(recovery)
            for inner in step.recovery { append(inner) }
            instructions.append(.recovered)
        }
        put(end)
    }

    /// A label that is yet to be put somewhere.
    private mutating func label() -> Label {
        indices.append(instructions.count)
        return Label(index: indices.count - 1)
    }

    private mutating func put(_ label: Label) {
        indices[label.index] = instructions.count
    }
}
