/// A node as operators see it.
package struct NodeInformation: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        case active
        /// It takes no new work, and leaves when what it has in flight is done.
        case draining
        /// It has sent no heartbeat for longer than its lease.
        case gone
    }

    /// The registration number; a node that starts again has a higher one.
    package var number: Int64
    /// The name that its operator or its machine gave it.
    package var name: String
    /// Where its own API is reached; nil: not configured.
    package var url: String?
    /// The version of zaphub.
    package var version: String
    package var startedAt: Timestamp
    /// When it sent its last heartbeat.
    package var seenAt: Timestamp
    package var state: State
    /// The `hash` that `GET /api/v1/config` shows.
    package var configurationHash: String
    /// Whether its secret key is another than that of the store.
    package var hasOtherKey: Bool
    /// Whether it is the node that was asked.
    package var isThis: Bool
    /// The part of all slots that it owns, in percent.
    package var share: Double
    /// Queued deliveries of its lanes.
    package var queued: Int
    /// Deliveries of its lanes in flight.
    package var inFlight: Int
    /// How long the oldest due delivery of its lanes has been due; nil: none is. Held deliveries do not count.
    package var lag: Duration?
    /// What it does not have in common with the node that was asked, and what to do, one text each.
    package var warnings: [String]

    package init(
        number: Int64,
        name: String,
        url: String? = nil,
        version: String,
        startedAt: Timestamp,
        seenAt: Timestamp,
        state: State = .active,
        configurationHash: String,
        hasOtherKey: Bool = false,
        isThis: Bool = false,
        share: Double = 0,
        queued: Int = 0,
        inFlight: Int = 0,
        lag: Duration? = nil,
        warnings: [String] = []
    ) {
        self.number = number
        self.name = name
        self.url = url
        self.version = version
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.state = state
        self.configurationHash = configurationHash
        self.hasOtherKey = hasOtherKey
        self.isThis = isThis
        self.share = share
        self.queued = queued
        self.inFlight = inFlight
        self.lag = lag
        self.warnings = warnings
    }

    /// Adds the warnings: each node is compared with the one that was asked. Nodes that are gone get none.
    package static func withWarnings(_ nodes: [NodeInformation]) -> [NodeInformation] {
        let this = nodes.first(where: \.isThis)
        return nodes.map { node in
            var node = node
            if node.state != .gone { node.warnings += node.differences(from: this) }
            return node
        }
    }

    private func differences(from this: NodeInformation?) -> [String] {
        var texts: [String] = []
        if hasOtherKey {
            texts.append(
                "Its secret key is not that of the store: give all nodes the same ZAPHUB_SECRET_KEY or store.key_file.")
        }
        guard let this, number != this.number else { return texts }
        if configurationHash != this.configurationHash {
            texts.append(
                "Its configuration \(configurationHash) is not that of \(this.name), \(this.configurationHash): "
                    + "give both the same files, and reload.")
        }
        if version != this.version {
            texts.append(
                "It runs zaphub \(version), and \(this.name) runs \(this.version): upgrade the older one.")
        }
        return texts
    }
}

/// Lists the nodes that share a store.
package protocol NodeDirectory: Sendable {
    /// All nodes in the order of their numbers, with their warnings.
    func nodes() async throws(StoreError) -> [NodeInformation]
}
