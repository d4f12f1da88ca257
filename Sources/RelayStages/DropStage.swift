package import RelayConfig
package import RelayCore

/// `- drop`: ends the pipeline for this event. Useful with `when`.
package struct DropStage: ConfigurableStage {
    package static let kind = "drop"
    package static let summary = "Ends the pipeline for this event."
    package static let reason = OptionField<String>.string(
        "reason",
        "The reason, as traces show it.",
        default: "dropped by the pipeline"
    )
    package static let fields = [AnyOptionField(reason)]
    package static let mainField: String? = reason.name
    package static let effects: [StageFlowEffect] = [.drops]
    package static let example = "drop: nobody wants these"

    private let reason: String

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        reason = try options(Self.reason)
    }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        .drop(reason: reason)
    }
}
