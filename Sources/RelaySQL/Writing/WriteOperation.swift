package import RelayCore

/// One change to the store, waiting for a transaction.
package struct WriteOperation: Sendable {
    /// Whether a change is allowed while the disk is full.
    package enum Space: Sendable {
        /// It adds new work; on a full disk it is refused.
        case grows
        /// It finishes work, or frees space.
        case settles
    }

    /// About how many rows it writes.
    package var rows: Int
    /// About how many bytes wait with it.
    package var bytes: Int
    package var space: Space
    /// Makes the change, in a transaction with others. It may be called again in another transaction when that one
    /// failed, so it keeps no state. Returns what to call when the transaction is on disk.
    package var run: @Sendable (StoreWriter) throws -> @Sendable () -> Void
    /// Tells the caller that nothing was changed.
    package var fail: @Sendable (StoreError) -> Void

    package init(
        rows: Int, bytes: Int, space: Space,
        run: @escaping @Sendable (StoreWriter) throws -> @Sendable () -> Void,
        fail: @escaping @Sendable (StoreError) -> Void
    ) {
        self.rows = rows
        self.bytes = bytes
        self.space = space
        self.run = run
        self.fail = fail
    }
}
