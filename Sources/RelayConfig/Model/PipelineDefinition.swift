/// One file of `pipelines/`, read and checked.
public struct PipelineDefinition: Sendable {
    /// The file's name without `.yaml`.
    public let name: String
    public let file: String
    /// The names of its sources; empty: every source, posts over REST included.
    public let from: [String]
    /// The outer steps; each has those inside it.
    public let outerSteps: [Step]
    /// Every step in the order of the file: those inside a step follow it.
    public let steps: [Step]
    /// The steps as they run.
    public let program: Program

    /// - Parameter steps: the outer ones; each has those inside it.
    public init(name: String, file: String, from: [String], steps: [Step]) {
        self.name = name
        self.file = file
        self.from = from
        outerSteps = steps
        self.steps = steps.flatMap(\.all)
        program = Program(steps)
    }
}
