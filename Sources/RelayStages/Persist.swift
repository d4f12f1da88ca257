public import RelayConfig
public import RelayCore
internal import RelayJSON

/// `- persist`: writes messages, receipts, edits and deletions to the history, and names to the directory.
///
/// The event itself is durable before any pipeline sees it; this stage is about what can be looked up later.
public struct Persist: ConfiguredStage {
    public static let kind = "persist"
    public static let summary = "Keeps message history, and the names of chats, contacts and groups."
    public static let fields: [AnyField] = []
    public static let mainField: String? = nil

    public init(_ options: Options, in context: BuildContext) throws {}

    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome {
        draft.records += HistoryReader(draft.event).records
        return .next
    }
}
