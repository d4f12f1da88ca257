internal import RelayCore
internal import RelaySQL

/// The requests that other nodes have in flight to destinations of this node: they began before it became the owner, and
/// count for `max_in_flight` until they end.
final class ForeignRequests {
    private let connection: PostgresConnection
    private var version: Int64?
    /// Destinations without such requests; none can begin under the same ownership.
    private var clear: Set<DestinationKey> = []

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// How many requests may begin, of `limit`.
    func allowance(of destination: DestinationKey, limit: Int, under share: NodeShare) throws -> Int {
        if version != share.ownership.version {
            version = share.ownership.version
            clear = []
        }
        if clear.contains(destination) { return limit }
        let count = try connection.query(
            "SELECT count(*) FROM deliveries WHERE destination = $1 AND state = 1 AND claimed_by <> $2",
            [.text(destination.text), .int(share.node)]
        ).first { Int($0.int(0)) }
        guard let count, count > 0 else {
            clear.insert(destination)
            return limit
        }
        return max(0, limit - count)
    }
}
