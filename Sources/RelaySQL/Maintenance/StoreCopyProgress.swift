internal import RelayCore
internal import RelayJSON

/// How far the copy of one table is. It is a row of the target's `meta`, which is written in the transaction that inserts
/// the rows, and deleted when the whole copy is finished.
package struct StoreCopyProgress: Sendable, Hashable {
    /// Rows that were copied.
    var rows: Int64 = 0
    /// The primary key of the last of them; empty: there are none.
    var key: [SQLValue] = []
    var isDone = false

    init() {}

    // MARK: Rows of meta

    /// The row that a copy writes first: what it copies.
    private static let sourceName = "copy"

    private static func name(_ table: StoreTable) -> String { "copy_\(table.name)" }

    /// Whether a copy into the database was begun and not finished.
    static func isUnfinished(in target: SQLConnection) throws -> Bool { try source(in: target) != nil }

    /// Makes sure that a relay does not work with a part of a store.
    /// - Throws: ``StoreError/Code/unavailable``, with what to do.
    package static func checkFinished(in target: SQLConnection, store: String) throws {
        guard try isUnfinished(in: target) else { return }
        throw StoreError(
            .unavailable,
            """
            the store \(store) has a part of another store, because zaphub store copy was not finished: run the same \
            command again, it goes on where it stopped
            """)
    }

    /// What the copy into a database copies, as ``StoreCopy`` has identified it; nil: no copy was begun.
    static func source(in target: SQLConnection) throws -> String? {
        try value(sourceName, in: target).map { String(decoding: $0, as: UTF8.self) }
    }

    static func setSource(_ text: String, in target: SQLConnection) throws {
        try write(sourceName, Array(text.utf8), in: target)
    }

    /// - Throws: ``CorruptRowError`` when the row cannot be read.
    static func read(_ table: StoreTable, in target: SQLConnection) throws -> StoreCopyProgress {
        var progress = StoreCopyProgress()
        guard let bytes = try value(name(table), in: target) else { return progress }
        let json = try JSON(parsing: bytes)
        guard let rows = json["rows"]?.int, let isDone = json["done"]?.bool, let key = json["key"]?.array else {
            throw CorruptRowError("the row \(name(table)) of meta is not one that a copy writes")
        }
        progress.rows = rows
        progress.isDone = isDone
        progress.key = try key.map { value in
            if let number = value.int { return .int(number) }
            if let text = value.string { return .text(text) }
            throw CorruptRowError("the row \(name(table)) of meta has a key that is no number and no text")
        }
        return progress
    }

    func write(_ table: StoreTable, in target: SQLConnection) throws {
        let values: [JSON] = try key.map { value in
            switch value {
            case .int(let number): return .int(number)
            case .text(let text): return .string(text)
            case .null, .blob: throw CorruptRowError("the table \(table.name) has a key that is no number and no text")
            }
        }
        let json: JSON = ["rows": .int(rows), "key": .array(values), "done": .bool(isDone)]
        try Self.write(Self.name(table), json.bytes, in: target)
    }

    /// Deletes everything that a copy remembers.
    static func remove(_ tables: [StoreTable], in target: SQLConnection) throws {
        for name in [sourceName] + tables.map(name) {
            try target.run("DELETE FROM meta WHERE key = ?", .text(name))
        }
    }

    /// Writes a row of meta.
    static func write(_ name: String, _ value: [UInt8], in target: SQLConnection) throws {
        try target.run(upsert(into: "meta", ["key", "value"], key: ["key"]), .text(name), .blob(value))
    }

    private static func value(_ name: String, in target: SQLConnection) throws -> [UInt8]? {
        try target.prepared("SELECT value FROM meta WHERE key = ?").first(.text(name)) { $0.bytes(0) }
    }
}
