public import RelayConfig
public import RelayCore

/// `- drop`: the pipeline ends for this event. Useful with `when`.
public struct Drop: ConfiguredStage {
    public static let kind = "drop"
    public static let summary = "Ends the pipeline for this event."
    public static let reason = Field<String>.string(
        "reason",
        "Why, for those who look at the event later.",
        default: "dropped by the pipeline"
    )
    public static let fields = [AnyField(reason)]
    public static let mainField: String? = reason.name
    public static let example = "drop: nobody wants these"

    private let reason: String

    public init(_ options: Options, in context: BuildContext) throws {
        reason = try options(Self.reason)
    }

    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome {
        .drop(reason: reason)
    }
}
