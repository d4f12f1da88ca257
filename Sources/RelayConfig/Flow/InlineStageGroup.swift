package import RelayCore

/// `- stages: […]`: stages that share a `when` and an `on_error`.
package struct InlineStageGroup: ConfigurableStage {
    package static let kind = "stages"
    package static let summary = "Runs the stages inside it, which share its `when` and `on_error`."
    package static let stages = OptionField.node("stages", "The stages to run.", "a list of stages", shape: .stages)
        .optional
    package static let fields = [AnyOptionField(stages)]
    package static let example = "stages: [enrich]"
    package static let mainField: String? = stages.name
    package static let effects: [StageFlowEffect] = []

    package let branches: [PipelineStep.Branch]

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        guard let node = try options(Self.stages) else {
            throw options.fail("\"stages\" has no stage", help: "write a list of stages under it", code: .emptyStage)
        }
        branches = [PipelineStep.Branch(steps: try context.steps(node))]
    }

    /// Never called: the branches run instead of the stage.
    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        .next
    }
}
