package import RelayCore
package import RelaySQL

extension PostgresMaintenance: StoreCopyTarget {
    package func prepareForCopy() throws(StoreError) {
        do {
            try PostgresServerCheck.run(connection)
            let isLocked = try connection.query("SELECT pg_try_advisory_lock(\(PostgresLock.copy))").first { $0.int(0) }
            guard isLocked == 1 else {
                throw StoreError(.locked, "another copy into \(name) is running; wait until it has ended")
            }
            let relays = try connection.query(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name IN ('zaphub writer', 'zaphub node')
                """
            ).first { $0.int(0) }
            guard relays == 0 else {
                throw StoreError(.locked, "a relay works with \(name); stop it, and give the copy an empty database")
            }
            try PostgresSchema.migrate(connection, name: name, key: nil)
        } catch {
            throw StoreError(error)
        }
    }

    package func insert(_ rows: StoreRowBatch, into table: StoreTable) throws {
        let names = rows.columns.map(\.column.quotedName).joined(separator: ", ")
        var arrays: [String] = []
        var values: [PostgresValue] = []
        for column in rows.columns {
            let place = "$\(values.count + 1)"
            switch column.column.type {
            case .integer:
                arrays.append("\(place)::bigint[]")
                values.append(.ints(column.ints))
            case .text:
                arrays.append("\(place)::text[]")
                values.append(.texts(column.texts))
            case .bytes, .other:
                arrays.append("\(place)::bytea[]")
                values.append(.bytes(column.bytes))
            }
        }
        let source = "unnest(\(arrays.joined(separator: ", ")))"
        try connection.queue("INSERT INTO \(table.quotedName) (\(names)) SELECT * FROM \(source)", values)
    }

    package func raiseNumbers(above id: Int64) throws {
        try connection.query(
            "SELECT setval('id_blocks', greatest(last_value, $1)) FROM id_blocks",
            [.int(id >> Int64(PostgresIDs.blockBits))])
        // Those that are generated always, such as the numbers of nodes, are never copied.
        let columns = try connection.query(
            """
            SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE a.attidentity = 'd' AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
            """
        ).all { ($0.text(0), $0.text(1)) }
        for (table, column) in columns {
            try connection.query(
                """
                SELECT setval(pg_get_serial_sequence('"\(table)"', '\(column)'), coalesce(highest, 1), highest IS NOT NULL)
                FROM (SELECT max("\(column)") AS highest FROM "\(table)") AS numbers
                """)
        }
    }
}
