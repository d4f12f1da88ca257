internal import GRDB
internal import Logging

/// Keeps track of whether the disk is full, and releases and restores the reserve.
struct DiskFullState {
    var diskReserve: DiskReserveFile
    let logger: Logger
    /// New work is refused while this holds.
    private(set) var isFull = false

    init(diskReserve: DiskReserveFile, logger: Logger) {
        self.diskReserve = diskReserve
        self.logger = logger
    }

    /// A commit failed because the disk is full.
    mutating func becomeFull() {
        if !isFull {
            logger.error(
                "the disk of the store is full: new events are refused until there is space",
                metadata: ["path": "\(diskReserve.path)"]
            )
        }
        isFull = true
        diskReserve.release()
    }

    /// Whether new work is accepted again: the disk has space for the reserve, or the database has as much free space
    /// inside.
    mutating func recover(_ writer: StoreWriter) -> Bool {
        guard isFull else { return true }
        let isBack = diskReserve.take() || writer.freeBytes >= diskReserve.size * 2
        guard isBack, diskReserve.size > 0 || StoreFileDirectory.freeBytes(at: diskReserve.path) > 1 << 20 else {
            return false
        }
        isFull = false
        logger.notice("the store has disk space again", metadata: ["path": "\(diskReserve.path)"])
        return true
    }
}
