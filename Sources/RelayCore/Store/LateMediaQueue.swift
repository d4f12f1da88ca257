/// A file that is still to be fetched after its message has gone out with `raw_media`.
package struct LateMedia: Sendable, Hashable {
    /// The event that carries it; the store sets it when the event is committed.
    package var event: EventID
    package var limits: MediaFetchLimits
    /// Fetches that have failed so far.
    package var failures: Int
    package var dueAt: Timestamp

    package init(event: EventID, limits: MediaFetchLimits, failures: Int = 0, dueAt: Timestamp) {
        self.event = event
        self.limits = limits
        self.failures = failures
        self.dueAt = dueAt
    }
}

/// The files that are still to be fetched: written by pipelines' commits.
package protocol LateMediaQueue: Sendable {
    /// The first of them by due time, whether due or not.
    func lateMedia(limit: Int) async throws(StoreError) -> [LateMedia]

    /// Stores when a file is to be fetched next.
    func postpone(_ media: LateMedia) async throws(StoreError)

    /// Removes an event's file from the list. `announcement` says that the file is there; it is accepted in the same
    /// transaction.
    func settleLateMedia(
        of event: EventID,
        announcing announcement: ParsedEvent?,
        source: String,
        at moment: Timestamp
    ) async throws(StoreError)
}
