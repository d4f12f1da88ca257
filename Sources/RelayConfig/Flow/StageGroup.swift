public import RelayCore

/// `- stages: […]`: stages that share a `when` and an `on_error`.
public struct StageGroup: ConfiguredStage {
    public static let kind = "stages"
    public static let summary = "Runs the stages inside it, which share its `when` and `on_error`."
    public static let stages = Field.node("stages", "What runs.", "a list of stages", shape: .stages).optional
    public static let fields = [AnyField(stages)]
    public static let example = "stages: [enrich]"
    public static let mainField: String? = stages.name

    public let branches: [Step.Branch]

    public init(_ options: Options, in context: BuildContext) throws {
        guard let node = try options(Self.stages) else {
            throw options.fail("\"stages\" has no stage", help: "write a list of stages under it", code: .emptyStage)
        }
        branches = [Step.Branch(steps: try context.steps(node))]
    }

    /// Never called: the branches run in its place.
    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome { .next }
}
