import RelayCore

extension FakeStore {
    func contacts(lids: Set<DirectoryKey>) async throws(StoreError) -> [Contact] { [] }

    func lateMedia(limit: Int) async throws(StoreError) -> [LateMedia] { [] }
    func postpone(_ media: LateMedia) async throws(StoreError) {}
    func settleLateMedia(
        of event: EventID, announcing announcement: NewEvent?, source: String, at moment: Timestamp
    ) async throws(StoreError) {}
}
