package import RelayCore

/// What the maintenance commands need of a store's database, beside the SQL that stores share. One thread uses it at a
/// time, and its calls block.
package protocol StoreMaintenance: AnyObject {
    /// Where the store is, for people.
    var name: String { get }

    /// For the SQL that stores share.
    var database: SQLConnection { get }

    /// The version of the tables that this code reads and writes.
    var currentVersion: Int64 { get }

    /// The version of the tables; 0: there are none.
    func version() throws -> Int64

    /// The lowest version whose code works with the tables. Default: their version.
    func oldestUsableVersion() throws -> Int64

    /// Whether relays that know no later version than this one go on while the tables are brought up to date. Default: no.
    func mayUpgradeBesideRelays(from version: Int64) -> Bool

    /// All tables in order of their names. Partitions are a part of their table.
    func tables() throws -> [StoreTable]

    /// Bytes of each table with its indexes, by its name; nil when the database cannot tell.
    func tableBytes() throws -> [String: Int64]?

    /// What is wrong with the database itself, or its server.
    func findings() throws -> [DoctorFinding]

    /// What a failure of the database means for the caller.
    func error(_ error: any Error) -> StoreError
}

/// A database that a store is copied into.
package protocol StoreCopyTarget: StoreMaintenance {
    /// Makes the tables where there are none, and keeps other copies away until the connection is closed.
    /// - Throws: ``StoreError`` when a relay or another copy uses the database.
    func prepareForCopy() throws(StoreError)

    /// Inserts rows. Called in a transaction.
    func insert(_ rows: StoreRowBatch, into table: StoreTable) throws

    /// Makes sure that every number that is given from now on is above those in the tables.
    /// - Parameter id: the highest number of an event or a delivery.
    func raiseNumbers(above id: Int64) throws
}

/// What a migration has done.
package struct StoreMigration: Sendable, Hashable {
    /// The version of the tables before it; 0: there were none.
    package let from: Int64
    /// The version now.
    package let to: Int64

    package init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }
}

extension StoreMaintenance {
    package func oldestUsableVersion() throws -> Int64 { try version() }

    package func mayUpgradeBesideRelays(from version: Int64) -> Bool { false }

    /// Counts the rows of a table, all of them.
    func rowCount(of table: StoreTable) throws -> Int64 {
        try database.prepared("SELECT count(*) FROM \(table.quotedName)").first { $0.int(0) } ?? 0
    }
}
