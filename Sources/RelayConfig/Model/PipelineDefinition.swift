/// One pipeline file, read and checked.
package struct PipelineDefinition: Sendable {
    /// The file's name without `.yaml`.
    package let name: String
    package let file: String
    /// The names of the sources it reads; empty for every source, including events posted over REST.
    package let from: [String]
    /// The top-level steps; nested steps are part of their enclosing step.
    package let outerSteps: [PipelineStep]
    /// All steps in the order of the file: the steps nested in a step follow it.
    package let steps: [PipelineStep]
    /// The steps compiled for execution.
    package let program: PipelineProgram

    /// - Parameter steps: the top-level steps, which contain the nested ones.
    package init(name: String, file: String, from: [String], steps: [PipelineStep]) {
        self.name = name
        self.file = file
        self.from = from
        outerSteps = steps
        self.steps = steps.flatMap(\.all)
        program = PipelineProgram(steps)
    }
}
