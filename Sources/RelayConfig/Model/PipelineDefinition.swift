/// One file of `pipelines/`, read and checked.
package struct PipelineDefinition: Sendable {
    /// The file's name without `.yaml`.
    package let name: String
    package let file: String
    /// The names of its sources; empty: every source, posts over REST included.
    package let from: [String]
    /// The outer steps; each has those inside it.
    package let outerSteps: [PipelineStep]
    /// Every step in the order of the file: those inside a step follow it.
    package let steps: [PipelineStep]
    /// The steps as they run.
    package let program: PipelineProgram

    /// - Parameter steps: the outer ones; each has those inside it.
    package init(name: String, file: String, from: [String], steps: [PipelineStep]) {
        self.name = name
        self.file = file
        self.from = from
        outerSteps = steps
        self.steps = steps.flatMap(\.all)
        program = PipelineProgram(steps)
    }
}
