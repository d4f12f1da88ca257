/// The one node of a store that no other node can use.
package struct SingleNodeDirectory: NodeDirectory {
    private let store: any Outbox & OutboxAdministration
    private let clock: any RelayClock
    private let node: @Sendable () -> NodeInformation

    /// - Parameter node: what the node knows of itself now. Its share, counts and lag are set by the directory.
    package init(
        store: any Outbox & OutboxAdministration, clock: any RelayClock,
        node: @escaping @Sendable () -> NodeInformation
    ) {
        self.store = store
        self.clock = clock
        self.node = node
    }

    package func nodes() async throws(StoreError) -> [NodeInformation] {
        let counts = try await store.destinationCounts()
        let dueTimes = try await store.dueTimes()
        let pauses = try await store.pauses()
        let paused = Set(pauses.map(\.destination))
        return [Self.filled(node(), counts: counts, dueTimes: dueTimes, paused: paused, at: clock.now)]
    }

    /// The node with what the store has for it.
    package static func filled(
        _ node: NodeInformation,
        counts: [DestinationDeliveryCounts],
        dueTimes: [DestinationKey: Timestamp],
        paused: Set<DestinationKey>,
        at now: Timestamp
    ) -> NodeInformation {
        var node = node
        node.isThis = true
        node.share = 100
        node.queued = counts.reduce(0) { $0 + ($1.counts[.queued] ?? 0) }
        node.inFlight = counts.reduce(0) { $0 + ($1.counts[.inFlight] ?? 0) }
        // What a paused destination holds is late on purpose.
        let oldestDue = dueTimes.filter { !paused.contains($0.key) }.values.min()
        node.lag = oldestDue.flatMap { $0 <= now ? now - $0 : nil }
        return node
    }
}
