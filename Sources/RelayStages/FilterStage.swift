package import RelayConfig
package import RelayCore
package import RelayJQ

/// `- filter: { keep: EXPR }`, `{ keep: { chats: [private] } }` or `{ drop: EXPR }`: keeps or drops an event.
package struct FilterStage: ConfigurableStage {
    package static let kind = "filter"
    package static let summary = "Drops events by criteria, or by a jq expression on the event as receivers get it."
    package static let keep = OptionField.condition(
        "keep", "Events that meet these criteria, or for which this expression is true, continue."
    ).optional
    package static let drop = OptionField.conditionExpression(
        "drop", "Events for which this is true are dropped."
    ).optional
    package static let fields = [AnyOptionField(keep), AnyOptionField(drop)]
    package static let mainField: String? = nil
    package static let effects: [StageFlowEffect] = [
        .filters(option: keep.name, passes: true), .filters(option: drop.name, passes: false),
    ]
    package static let example = #"filter: { drop: '.payload.chatId == "status@broadcast"' }"#

    package static let starter: String? = "filter: { keep: { history: false, max_age: 10m } }"

    private let keep: EventCondition?
    private let drop: JQProgram?

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        keep = try options(Self.keep)
        drop = try options(Self.drop)
        if keep == nil && drop == nil {
            throw options.fail(
                Self.keep,
                "filter needs keep or drop",
                help: "write for example filter: { keep: { chats: [private] } }"
            )
        }
    }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        do {
            switch keep {
            case nil: break
            case .criteria(let criteria):
                if let reason = criteria.rejection(of: draft.event) { return .drop(reason: "filter: keep.\(reason)") }
            case .expression(let program):
                if try !program.isTrue(draft.view, in: context) { return .drop(reason: "filter: keep is not true") }
            }
            if let drop, try drop.isTrue(draft.view, in: context) { return .drop(reason: "filter: drop is true") }
            return .next
        } catch {
            throw StageError("The expression failed: \(error)")
        }
    }
}
