package import RelayCore
internal import RelaySQL

/// The nodes of a database, as any of them sees them.
package struct PostgresNodeDirectory: NodeDirectory {
    private let readers: PostgresReaders
    private let share: NodeShare.Holder
    private let clock: any RelayClock

    init(readers: PostgresReaders, share: NodeShare.Holder, clock: any RelayClock) {
        self.readers = readers
        self.share = share
        self.clock = clock
    }

    /// What the database has.
    private struct Content: Sendable {
        var nodes: [NodeInformation] = []
        var ownership: NodeOwnership
        var serverTime: Timestamp
        /// Queued deliveries and those in flight, by destination.
        var counts: [DestinationKey: (queued: Int, inFlight: Int)] = [:]
        /// The oldest due time of each destination that is not paused.
        var due: [DestinationKey: Timestamp] = [:]
    }

    package func nodes() async throws(StoreError) -> [NodeInformation] {
        let this = share.current?.node
        var content = try await content()
        let now = clock.now
        for index in content.nodes.indices {
            let number = content.nodes[index].number
            let owned = content.counts.filter { content.ownership.owner(of: $0.key) == number }
            content.nodes[index].isThis = number == this
            content.nodes[index].queued = owned.values.reduce(0) { $0 + $1.queued }
            content.nodes[index].inFlight = owned.values.reduce(0) { $0 + $1.inFlight }
            content.nodes[index].share = content.ownership.share(of: number, in: Array(content.counts.keys))
            let oldest = content.due.filter { owned[$0.key] != nil }.values.min()
            content.nodes[index].lag = oldest.flatMap { $0 <= now ? now - $0 : nil }
            if content.serverTime - content.nodes[index].seenAt > NodeMembership.Timing().lease {
                content.nodes[index].state = .gone
            }
        }
        return NodeInformation.withWarnings(content.nodes)
    }

    private func content() async throws(StoreError) -> Content {
        let result: Result<Content, StoreError> = await withCheckedContinuation { continuation in
            readers.read { connection in
                continuation.resume(
                    returning: connection.flatMap { connection in
                        do {
                            return .success(try Self.read(connection))
                        } catch {
                            return .failure(StoreError(error))
                        }
                    })
            }
        }
        return try result.get()
    }

    private static func read(_ database: SQLConnection) throws -> Content {
        guard let connection = database.driver as? PostgresConnection else {
            throw CorruptRowError("the nodes are read through another database's connection")
        }
        let table = PostgresNodeTable(connection: connection, identity: nil, hasSession: false)
        let (ownership, time) = try table.readOwnership()
        var content = Content(ownership: ownership, serverTime: time)
        content.nodes = try connection.query(
            """
            SELECT number, name, url, version, started_at, seen_at, draining, configuration FROM nodes ORDER BY number
            """
        ).all { row in
            NodeInformation(
                number: row.int(0), name: row.text(1), url: row.optionalText(2), version: row.text(3),
                startedAt: row.time(4), seenAt: row.time(5), state: row.int(6) == 0 ? .active : .draining,
                configurationHash: row.text(7))
        }
        let counts = try connection.query("SELECT destination, state, n FROM delivery_counts").all { row in
            (destination: row.destination(0), state: Int(row.int(1)), count: Int(row.int(2)))
        }
        for row in counts {
            var count = content.counts[row.destination] ?? (0, 0)
            if row.state == DeliveryState.queued.rawValue { count.queued = row.count }
            if row.state == DeliveryState.inFlight.rawValue { count.inFlight = row.count }
            content.counts[row.destination] = count
        }
        let due = try connection.query(
            """
            SELECT destination, min(due_at) FROM deliveries d WHERE due_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM destination_pauses p WHERE p.destination = d.destination)
            GROUP BY destination
            """
        ).all { ($0.destination(0), $0.time(1)) }
        content.due = Dictionary(uniqueKeysWithValues: due)
        return content
    }
}
