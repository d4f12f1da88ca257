internal import GRDB
internal import Logging
internal import RelaySQL

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
        let isBack = diskReserve.take() || writer.database.freeBytes >= diskReserve.size * 2
        guard isBack, diskReserve.size > 0 || StoreFileDirectory.freeBytes(at: diskReserve.path) > 1 << 20 else {
            return false
        }
        isFull = false
        logger.notice("the store has disk space again", metadata: ["path": "\(diskReserve.path)"])
        return true
    }
}

extension SQLConnection {
    /// Free bytes inside the database file.
    var freeBytes: Int { bytes(ofPages: "PRAGMA freelist_count") }

    /// Bytes of the database, those in the log included.
    var databaseBytes: Int { bytes(ofPages: "PRAGMA page_count") }

    private func bytes(ofPages pragma: String) -> Int {
        let count = try? prepared(pragma).first { Int($0.int(0)) }
        let size = try? prepared("PRAGMA page_size").first { Int($0.int(0)) }
        return (count ?? 0) * (size ?? 0)
    }
}
