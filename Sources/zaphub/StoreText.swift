import RelayCore
import RelayJSON
import RelaySQL

/// The output of `zaphub store`.
enum StoreText {
    static func migration(_ migration: StoreMigration, of store: String) -> String {
        if migration.from == migration.to { return "\(store) has schema \(migration.to), which is current." }
        if migration.from == 0 { return "\(store) has now the tables of schema \(migration.to); it had none." }
        return "\(store) has now schema \(migration.to); it had schema \(migration.from)."
    }

    static func table(_ report: StoreCopyReport) -> String {
        var table = TextTable(["TABLE", "FROM", "TO", ""])
        for row in report.tables {
            table.add([row.name, String(row.source), String(row.target), row.source == row.target ? "" : "differs"])
        }
        return table.text
    }

    static func table(_ statistics: StoreStatistics) -> String {
        var tables = TextTable(["TABLE", "ROWS", "BYTES"])
        for row in statistics.tables {
            tables.add([row.name, String(row.rows), row.bytes.map { String($0) } ?? "-"])
        }
        var states = TextTable(["WORK", "COUNT", "OLDEST"])
        states.add([
            "pending events", String(statistics.pendingEvents), statistics.oldestPendingEvent?.iso8601 ?? "-",
        ])
        for row in statistics.deliveries {
            states.add(["\(row.state.name) deliveries", String(row.count), row.oldest?.iso8601 ?? "-"])
        }
        return """
            \(statistics.name), schema \(statistics.version)

            \(tables.text)

            \(states.text)
            """
    }

    static func json(_ statistics: StoreStatistics) -> JSON {
        let tables = statistics.tables.map { row -> JSON in
            ["name": .string(row.name), "rows": .int(row.rows), "bytes": row.bytes.map(JSON.int) ?? .null]
        }
        let deliveries = statistics.deliveries.map { row -> JSON in
            ["state": .string(row.state.name), "count": .int(row.count), "oldest_created_at": time(row.oldest)]
        }
        return [
            "store": .string(statistics.name),
            "schema": .int(statistics.version),
            "tables": .array(tables),
            "pending_events": [
                "count": .int(statistics.pendingEvents), "oldest_received_at": time(statistics.oldestPendingEvent),
            ],
            "deliveries": .array(deliveries),
        ]
    }

    private static func time(_ moment: Timestamp?) -> JSON { moment.map { .string($0.iso8601) } ?? .null }
}
