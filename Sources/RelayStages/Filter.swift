public import RelayConfig
public import RelayCore
public import RelayJQ

/// `- filter: { keep: EXPR }` or `{ drop: EXPR }`: lets an event pass, or not.
public struct Filter: ConfiguredStage {
    public static let kind = "filter"
    public static let summary = "Lets only some events pass, by a jq expression on the event as receivers see it."
    public static let keep = Field.expression("keep", "Events for which this is true go on.").optional
    public static let drop = Field.expression("drop", "Events for which this is true end here.").optional
    public static let fields = [AnyField(keep), AnyField(drop)]
    public static let mainField: String? = nil
    public static let example = #"filter: { drop: '.payload.chatId == "status@broadcast"' }"#

    private let keep: JQProgram?
    private let drop: JQProgram?

    public init(_ options: Options, in context: BuildContext) throws {
        keep = try options(Self.keep)
        drop = try options(Self.drop)
        if keep == nil && drop == nil {
            throw options.fail(
                Self.keep,
                "filter needs keep or drop",
                help: "write for example filter: { drop: '.payload.isGroup' }"
            )
        }
    }

    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome {
        do {
            if let keep, try !keep.isTrue(draft.view) { return .drop(reason: "filter: keep is not true") }
            if let drop, try drop.isTrue(draft.view) { return .drop(reason: "filter: drop is true") }
            return .next
        } catch {
            throw StageError("The expression failed: \(error)")
        }
    }
}
