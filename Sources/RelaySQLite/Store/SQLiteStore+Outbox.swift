internal import GRDB
internal import Logging
package import RelayCore

extension SQLiteStore {
    package func recover(
        at moment: Timestamp,
        maxAttempts: @escaping @Sendable (_ destination: String) -> Int
    ) async throws(StoreError) -> RecoveryReport {
        let (report, headless) = try await write(space: .settles) { ledger in
            let report = try ledger.recover(at: moment, maxAttempts: maxAttempts)
            return (report, try ledger.repairLanes(at: moment))
        }
        if headless > 0 {
            logger.warning(
                "lanes of the outbox had lost their head and have one again", metadata: ["lanes": "\(headless)"])
        }
        return report
    }

    package func exchange(
        _ settlements: [Settlement], claims: [ClaimRequest], at moment: Timestamp
    ) async throws(StoreError) -> [ClaimResult] {
        let rows = settlements.count * 2 + claims.reduce(0) { $0 + StoreWriter.rows(of: $1) }
        let claimed = claims.map(\.destination)
        return try await write(rows: rows, bytes: settlements.count * 200, space: .settles) { ledger in
            try ledger.withoutWaking(claimed) {
                for settlement in settlements { try ledger.settle(settlement, at: moment) }
                return try claims.map { try ledger.claim($0, at: moment) }
            }
        }
    }

    package func dueTimes() async throws(StoreError) -> [String: Timestamp] {
        let rows = try await read { database in
            try database.prepared(
                """
                SELECT c.destination, (
                    SELECT d.due_at FROM deliveries d INDEXED BY deliveries_due
                    WHERE d.destination = c.destination AND d.due_at IS NOT NULL ORDER BY d.due_at LIMIT 1
                ) AS due FROM delivery_counts c WHERE c.state = 0 AND c.n > 0 AND due IS NOT NULL
                """
            ).all { ($0.text(0), $0.time(1)) }
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}
