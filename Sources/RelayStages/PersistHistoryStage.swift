package import RelayConfig
package import RelayCore
internal import RelayJSON

/// `- persist`: writes messages, receipts, edits and deletions to the history, and names to the directory.
///
/// The event itself is durable before any pipeline runs; this stage stores what can be queried later.
package struct PersistHistoryStage: ConfigurableStage {
    package static let kind = "persist"
    package static let summary = "Stores message history, and the names of chats, contacts and groups."
    package static let fields: [AnyOptionField] = []
    package static let mainField: String? = nil
    package static let effects: [StageFlowEffect] = [.records]

    package init(_ options: OptionReader, in context: StageBuildContext) throws {}

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        draft.records += HistoryRecordBuilder(draft.event).records
        return .next
    }
}
