import RelayCore

extension FakeStore {
    func phones(ofLIDs lids: Set<DirectoryEntryKey>) async throws(StoreError) -> [DirectoryEntryKey: String] { [:] }

    func lateMedia(limit: Int) async throws(StoreError) -> [LateMedia] { [] }
    func postpone(_ media: LateMedia) async throws(StoreError) {}
    func settleLateMedia(
        of event: EventID, announcing announcement: ParsedEvent?, source: String, at moment: Timestamp
    ) async throws(StoreError) {}

    func currentKey(of key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping.Key { key }
    func forwardedChat(_ key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping? { nil }
    func forwardedParts(of message: String, in chat: ForwardedChatMapping.Key) async throws(StoreError)
        -> [ForwardedMessage]
    { [] }
    func forwardedChats(
        having message: String, destination: DestinationKey, session: String
    ) async throws(StoreError) -> [ForwardedChatMapping.Key] { [] }
    func intend(_ intent: ForwardedMessage) async throws(StoreError) -> ForwardedMessage? { nil }
    func forwardedMessages(
        destination: DestinationKey, remote: Int64
    ) async throws(StoreError) -> [ForwardedMessage] { [] }
    func forwardedMessages(
        of chat: ForwardedChatMapping.Key, direction: ForwardedMessage.Direction, state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage] { [] }
    func record(_ changes: [ForwardingLedgerChange]) async throws(StoreError) {}
}
