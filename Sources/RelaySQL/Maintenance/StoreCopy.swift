internal import RelayCore

/// Copies all of a store into an empty database, table by table, in batches. Each batch is one transaction, with the
/// progress; when it was interrupted, another run goes on. Deliveries in flight stay so, and the next start recovers
/// them. The target then needs the same secret key.
package struct StoreCopy {
    /// How far a table is.
    package struct Step: Sendable, Hashable {
        package let table: String
        /// Rows that were copied, in earlier runs too.
        package let rows: Int64
        /// Rows of the source.
        package let total: Int64
    }

    private let source: any StoreMaintenance
    private let target: any StoreCopyTarget
    private let limit: (rows: Int, bytes: Int)
    private let report: (Step) throws -> Void

    /// - Parameters:
    ///   - source: which nobody writes to meanwhile.
    ///   - batchRows: rows of a transaction; default 4000, or fewer where they are large.
    ///   - report: called after each transaction. What it throws ends the copy.
    package init(
        from source: any StoreMaintenance, to target: any StoreCopyTarget, batchRows: Int = 4000,
        report: @escaping (Step) throws -> Void = { _ in }
    ) {
        self.source = source
        self.target = target
        limit = (batchRows, 8 << 20)
        self.report = report
    }

    /// Copies what is missing, compares the counts, and ends the copy when they are equal.
    /// - Throws: ``StoreError`` when the source has another version, when the target has rows that no copy of this source
    ///   has written, or when a database fails.
    package func run() throws -> StoreCopyReport {
        try checkVersion()
        try target.prepareForCopy()
        let tables = try plan()
        let counts = try tables.map { try source.rowCount(of: $0) }
        let identity = try StoreCopyIdentity(source, tables, counts).text
        try onTarget { try begin(tables, identity: identity) }
        for (table, count) in zip(tables, counts) { try copy(table, count: count) }
        let copied = try onTarget { try tables.map { try target.rowCount(of: $0) } }
        let rows = zip(tables, zip(counts, copied)).map {
            StoreCopyReport.Table(name: $0.name, source: $1.0, target: $1.1)
        }
        let report = StoreCopyReport(tables: rows)
        if report.isComplete { try finish(tables) }
        return report
    }

    private func checkVersion() throws {
        let (found, current) = (try source.version(), source.currentVersion)
        if found > current {
            throw StoreError(
                .tooNew,
                """
                \(source.name) has schema \(found), this version of zaphub knows schemas up to \(current): copy it with \
                the newer version
                """)
        }
        if found < current {
            throw StoreError(
                .unavailable,
                """
                \(source.name) has schema \(found), and only schema \(current) is copied: start this version of zaphub \
                on it once and stop it; or, when it is a copy that may be changed, add --migrate-source
                """)
        }
    }

    /// The source's tables, which the target has as well, with at least their columns.
    private func plan() throws -> [StoreTable] {
        let known = try onTarget { try target.tables() }
        let tables = try source.tables().filter { $0.name != "meta" }
        for table in tables {
            guard let other = known.first(where: { $0.name == table.name }) else {
                throw StoreError(.unavailable, "\(target.name) has no table \(table.name); \(Self.otherVersion)")
            }
            for column in table.columns where !other.columns.contains(column) {
                throw StoreError(
                    .unavailable,
                    "the table \(table.name) of \(target.name) has no column \(column.name) of the same type; "
                        + Self.otherVersion)
            }
        }
        return tables
    }

    private static let otherVersion = "let one version of zaphub make both stores"

    /// Makes sure that everything in the target is from this copy, and remembers the copy.
    private func begin(_ tables: [StoreTable], identity: String) throws {
        let earlier = try StoreCopyProgress.source(in: target.database)
        guard earlier == nil || earlier == identity else {
            throw StoreError(
                .conflict,
                """
                \(target.name) has a part of another store, or \(source.name) was changed after its copy was begun: \
                give the copy an empty database
                """)
        }
        for table in tables {
            let progress = try StoreCopyProgress.read(table, in: target.database)
            guard try target.rowCount(of: table) == progress.rows else {
                throw StoreError(
                    .conflict,
                    """
                    the table \(table.name) of \(target.name) has rows that this copy has not written: give the copy an \
                    empty database
                    """)
            }
        }
        if earlier == nil { try StoreCopyProgress.setSource(identity, in: target.database) }
    }

    private func copy(_ table: StoreTable, count: Int64) throws {
        var progress = try onTarget { try StoreCopyProgress.read(table, in: target.database) }
        while !progress.isDone {
            let batch = try source.rows(of: table, after: progress.key, limit: limit)
            if batch.count == 0 {
                progress.isDone = true
            } else {
                progress.rows += Int64(batch.count)
                progress.key = batch.lastValues(of: table.key)
            }
            try transaction {
                if batch.count > 0 { try target.insert(batch, into: table) }
                try progress.write(table, in: target.database)
            }
            try report(Step(table: table.name, rows: progress.rows, total: count))
        }
    }

    /// Sets the numbers, copies the key's check, and forgets the copy.
    private func finish(_ tables: [StoreTable]) throws {
        let meta = try source.database.prepared("SELECT key, value FROM meta").all { ($0.text(0), $0.bytes(1)) }
        let highest = try highestID(meta)
        try transaction {
            try target.raiseNumbers(above: highest)
            for (name, value) in meta where name != "schema_version" {
                try StoreCopyProgress.write(name, value, in: target.database)
            }
            try StoreCopyProgress.remove(tables, in: target.database)
        }
    }

    /// The highest number that the source has given to an event or a delivery, the deleted ones included.
    private func highestID(_ meta: [(String, [UInt8])]) throws -> Int64 {
        var highest: Int64 = 0
        for (table, column) in [
            ("events", "id"), ("dedup", "event_id"), ("deliveries", "id"), ("delivery_bodies", "id"),
        ] {
            let statement = try source.database.prepared("SELECT ifnull(max(\(column)), 0) FROM \(table)")
            highest = max(highest, try statement.first { $0.int(0) } ?? 0)
        }
        for (name, value) in meta where name == "last_event" || name == "last_delivery" {
            highest = max(highest, Int64(String(decoding: value, as: UTF8.self)) ?? 0)
        }
        return highest
    }

    // MARK: The target

    private func transaction(_ body: () throws -> Void) throws {
        try onTarget {
            try target.database.run("BEGIN")
            do {
                try body()
                try target.database.run("COMMIT")
            } catch {
                try? target.database.run("ROLLBACK")
                throw error
            }
        }
    }

    /// The source's adapter does not know the errors of the target's.
    private func onTarget<T>(_ body: () throws -> T) throws(StoreError) -> T {
        do { return try body() } catch { throw target.error(error) }
    }
}

/// The rows of each table after a copy.
package struct StoreCopyReport: Sendable, Hashable {
    package struct Table: Sendable, Hashable {
        package let name: String
        /// Rows of the source.
        package let source: Int64
        /// Rows of the target.
        package let target: Int64
    }

    package let tables: [Table]

    /// Whether every table of the target has as many rows as the source's.
    package var isComplete: Bool { tables.allSatisfy { $0.source == $0.target } }
}

/// What tells a source from others, and from itself after a change.
private struct StoreCopyIdentity {
    let text: String

    init(_ source: any StoreMaintenance, _ tables: [StoreTable], _ counts: [Int64]) throws {
        var fingerprint = FNVFingerprint()
        for (table, count) in zip(tables, counts) { fingerprint.add("\(table.name) \(count)\n".utf8) }
        // The key's check is another one in each store, because it is encrypted with a fresh nonce.
        let meta = try source.database.prepared("SELECT key, value FROM meta ORDER BY key")
            .all { Array($0.text(0).utf8) + $0.bytes(1) }
        for row in meta { fingerprint.add(row) }
        let states = try source.database.prepared(
            "SELECT destination, state, n FROM delivery_counts ORDER BY destination, state"
        ).all { "\($0.text(0)) \($0.int(1)) \($0.int(2))\n" }
        for row in states { fingerprint.add(row.utf8) }
        text = fingerprint.text
    }
}
