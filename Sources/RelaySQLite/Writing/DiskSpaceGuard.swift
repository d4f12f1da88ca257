internal import GRDB
internal import Logging

/// Knows whether the disk is full, and gives up and takes back the reserve.
struct DiskSpaceGuard {
    var ballast: DiskReserve
    let logger: Logger
    /// New work is refused while this holds.
    private(set) var isFull = false

    init(ballast: DiskReserve, logger: Logger) {
        self.ballast = ballast
        self.logger = logger
    }

    /// The disk had no room for a commit.
    mutating func becomeFull() {
        if !isFull {
            logger.error(
                "the disk of the store is full: new events are refused until there is space",
                metadata: ["path": "\(ballast.path)"]
            )
        }
        isFull = true
        ballast.release()
    }

    /// Whether new work can be taken again: the disk has room for the reserve, or the database has as much inside it
    /// that retention has freed.
    mutating func recover(_ ledger: StoreWriter) -> Bool {
        guard isFull else { return true }
        let isBack = ballast.take() || ledger.freeBytes >= ballast.size * 2
        guard isBack, ballast.size > 0 || StoreDirectory.freeBytes(at: ballast.path) > 1 << 20 else { return false }
        isFull = false
        logger.notice("the store has disk space again", metadata: ["path": "\(ballast.path)"])
        return true
    }
}
