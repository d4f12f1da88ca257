internal import RelayCore

/// One change to the store, waiting for a transaction.
struct WriteOperation: Sendable {
    /// Whether a change is allowed while the disk is full.
    enum Space: Sendable {
        /// It adds new work; on a full disk it is refused.
        case grows
        /// It finishes work, or frees space.
        case settles
    }

    /// About how many rows it writes.
    var rows: Int
    /// About how many bytes wait with it.
    var bytes: Int
    var space: Space
    /// Makes the change, in a transaction with others. It may be called again in another transaction when that one
    /// failed, so it keeps no state. Returns what to call when the transaction is on disk.
    var run: @Sendable (StoreWriter) throws -> @Sendable () -> Void
    /// Tells the caller that nothing was changed.
    var fail: @Sendable (StoreError) -> Void
}
