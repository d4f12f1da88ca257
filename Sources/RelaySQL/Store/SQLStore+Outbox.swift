internal import Logging
package import RelayCore

extension SQLStore {
    package func recover(
        at moment: Timestamp,
        maxAttempts: @escaping @Sendable (_ destination: DestinationKey) -> Int
    ) async throws(StoreError) -> StoreRecoveryReport {
        shared.recovery.use(maxAttempts)
        let (report, headless) = try await write(space: .settles) { writer in
            var report = try writer.recover(at: moment, includesOwn: true, maxAttempts: maxAttempts)
            let headless = try writer.repairLanes(at: moment)
            report.pulledIn = try writer.pullIn(at: moment)
            try writer.forgetAbsent()
            return (report, headless)
        }
        if report.pulledIn > 0 {
            logger.warning(
                "due times were later than the wait they stand for, as after a clock that was ahead, and are brought forward",
                metadata: ["deliveries": "\(report.pulledIn)"])
        }
        if headless > 0 {
            logger.warning(
                "lanes of the outbox had lost their head and have one again", metadata: ["lanes": "\(headless)"])
        }
        return report
    }

    package func exchange(
        _ settlements: [AttemptSettlement], claims: [DeliveryClaimRequest], at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryClaimResult] {
        let rows = settlements.count * 2 + claims.reduce(0) { $0 + StoreWriter.rows(of: $1) }
        let claimed = claims.map(\.destination)
        return try await write(rows: rows, bytes: settlements.count * 200, space: .settles) { writer in
            try writer.withoutWaking(claimed) {
                for settlement in settlements { try writer.settle(settlement, at: moment) }
                return try claims.map { try writer.claim($0, at: moment) }
            }
        }
    }

    package func destinationsThatAnswered(
        since moment: Timestamp
    ) async throws(StoreError) -> Set<DestinationKey> {
        let keys = try await read { database in
            try database.prepared(
                """
                SELECT DISTINCT destination FROM (
                    SELECT destination, state FROM deliveries INDEXED BY deliveries_finished
                    WHERE state IN (2, 4) AND finished_at >= ? ORDER BY finished_at DESC LIMIT 20000
                ) AS finished WHERE state = 2
                """
            ).all([.int(moment.milliseconds)]) { $0.destination(0) }
        }
        return Set(keys)
    }

    package func dueTimes() async throws(StoreError) -> [DestinationKey: Timestamp] {
        let rows = try await read { database in
            try database.prepared(
                """
                SELECT destination, due FROM (
                    SELECT c.destination, (
                        SELECT d.due_at FROM deliveries d INDEXED BY deliveries_due
                        WHERE d.destination = c.destination AND d.due_at IS NOT NULL ORDER BY d.due_at LIMIT 1
                    ) AS due FROM delivery_counts c WHERE c.state = 0 AND c.n > 0
                ) AS heads WHERE due IS NOT NULL
                """
            ).all { ($0.destination(0), $0.time(1)) }
        }
        let share = shared.share.current
        return Dictionary(uniqueKeysWithValues: rows.filter { share?.owns($0.0) ?? true })
    }
}
