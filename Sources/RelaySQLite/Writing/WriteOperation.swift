internal import RelayCore

/// One change to the store, waiting for a transaction.
struct WriteOperation: Sendable {
    /// What a change needs of a disk that is full.
    enum Space: Sendable {
        /// It brings in new work; on a full disk it is refused.
        case grows
        /// It moves work towards its end, or makes room.
        case settles
    }

    /// About how many rows it writes.
    var rows: Int
    /// About how many bytes wait with it.
    var bytes: Int
    var space: Space
    /// Does it, inside a transaction with others. May be called again in another transaction when that one failed, so
    /// it keeps nothing. Returns what to do when the transaction is on disk.
    var run: @Sendable (StoreWriter) throws -> @Sendable () -> Void
    /// Tells the caller that nothing was changed.
    var fail: @Sendable (StoreError) -> Void
}
