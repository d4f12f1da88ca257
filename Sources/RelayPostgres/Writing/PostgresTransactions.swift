internal import RelayCore
internal import RelaySQL

/// The deliveries of this node that are being sent. Only the writer's thread uses it.
final class RequestsUnderWay {
    private(set) var deliveries: Set<DeliveryID> = []

    func change(_ changes: RequestChanges) {
        deliveries.subtract(changes.ended)
        deliveries.formUnion(changes.claimed)
    }
}

/// Performs batches of operations in transactions.
final class PostgresTransactions {
    private let writer: StoreWriter
    private let connection: PostgresConnection
    private let ids: PostgresIDs
    private let shared: SQLStore.Shared
    private let coordinator: NodeCoordinator
    private let foreign: ForeignRequests
    private let clock: any RelayClock
    /// What is being sent, as far as commits are known to have succeeded. It outlives the connection.
    private let underWay: RequestsUnderWay
    /// Whether the database may have claims of this node that nobody sends.
    private var mustTakeBack = true
    /// The ownership under which the writer's knowledge of rows was gathered.
    private var version: Int64?

    init(
        _ connection: PostgresConnection, underWay: RequestsUnderWay, shared: SQLStore.Shared,
        coordinator: NodeCoordinator, clock: any RelayClock
    ) throws {
        self.underWay = underWay
        self.clock = clock
        self.connection = connection
        self.shared = shared
        self.coordinator = coordinator
        ids = PostgresIDs(connection)
        foreign = ForeignRequests(connection)
        writer = try StoreWriter(SQLConnection(connection), ids: ids, dialect: shared.dialect)
    }

    /// How often a batch that ran into another node's transaction is tried again.
    private static let tries = 5

    /// Performs all of them and answers each. False when the connection must not be used any more.
    func perform(_ operations: [WriteOperation]) -> Bool {
        var failures = 0
        while true {
            do {
                try commit(operations)
                return true
            } catch {
                switch kind(of: error) {
                case .broken, .readOnly:
                    fail(operations, error)
                    return false
                case .retryable where failures < Self.tries:
                    failures += 1
                    if (error as? PostgresError)?.sqlState == PostgresError.changedOwnership { followOwnership() }
                case .full:
                    return performSingly(refuseGrowth(operations, error))
                case .other, .retryable:
                    // One of them fails; the others may succeed.
                    if operations.count > 1 { return performSingly(operations) }
                    fail(operations, error)
                    return true
                }
            }
        }
    }

    private func performSingly(_ operations: [WriteOperation]) -> Bool {
        for (index, operation) in operations.enumerated() {
            do {
                try commit([operation])
            } catch {
                operation.fail(StoreError(error))
                switch kind(of: error) {
                case .broken, .readOnly:
                    fail(Array(operations[(index + 1)...]), error)
                    return false
                case .full, .other, .retryable: break
                }
            }
        }
        return true
    }

    /// One transaction. No caller is answered before it is committed; when it fails, nothing was changed, or it is not
    /// known whether it was: callers repeat, and deduplication keys and attempt numbers recognise what is there already.
    private func commit(_ operations: [WriteOperation]) throws {
        guard let share = shared.share.current else { throw Self.isOutside }
        var answers: [@Sendable () -> Void] = []
        answers.reserveCapacity(operations.count)
        var next: NodeShare?
        do {
            try begin(under: share)
            if mustTakeBack { try writer.takeBack(besides: underWay.deliveries, at: clock.now) }
            for operation in operations { answers.append(try operation.run(writer)) }
            next = try tellOthers(writer.takeNews(), from: share)
            try writer.commit()
        } catch {
            writer.rollback()
            throw error
        }
        mustTakeBack = false
        underWay.change(writer.takeRequests())
        if let next {
            version = next.ownership.version
            shared.share.use(next)
            // This node may be reading what it keeps in memory right now, without the change.
            shared.externalChanges.continuation.yield()
        }
        _ = writer.takeJournalChanges()
        shared.notifications.add(writer.takeAwakened())
        for answer in answers { answer() }
    }

    private static let isOutside = StoreError(
        .unavailable, "this node does not take part in the work of the others now; it joins them again by itself")

    private func begin(under share: NodeShare) throws {
        if version != share.ownership.version { writer.forgetRows() }
        version = share.ownership.version
        writer.share = share
        writer.claimAllowance = { [foreign] destination, limit in
            try foreign.allowance(of: destination, limit: limit, under: share)
        }
        ids.transactionBegan()
        try writer.begin(shared.extensions.current)
        try connection.queue(
            "SELECT check_ownership($1, $2)", [.int(share.ownership.version), .int(share.node)])
    }

    /// Tells other nodes what the transaction has changed of theirs.
    /// - Returns: the share that is in force after the transaction, when that is another.
    private func tellOthers(_ news: NodeNews, from share: NodeShare) throws -> NodeShare? {
        for payload in NodeNotice.payloads(news, from: share) {
            try connection.queue("SELECT pg_notify($1, $2)", [.text(NodeNotice.channel), .text(payload)])
        }
        guard news.hasSharedChange, share.ownership.nodes.count > 1 else { return nil }
        // All nodes forget what they know of rows when the version changes.
        let changed = try connection.query("SELECT change_ownership('{}', '{}')").first { $0.int(0) }
        return changed.map {
            NodeShare(node: share.node, ownership: NodeOwnership(version: $0, nodes: share.ownership.nodes))
        }
    }

    /// Reads the ownership anew. A node that is not in it owns nothing, and still settles what it has in flight; the
    /// coordinator registers it again, unless it leaves.
    private func followOwnership() {
        coordinator.readAgain()
        guard let share = shared.share.current else { return }
        let table = PostgresNodeTable(connection: connection, identity: nil, hasSession: false)
        guard let (ownership, _) = try? table.readOwnership() else { return }
        coordinator.use(NodeShare(node: share.node, ownership: ownership))
    }

    /// Those that finish work: they are tried, though the disk of the database is full.
    private func refuseGrowth(_ operations: [WriteOperation], _ error: any Error) -> [WriteOperation] {
        operations.filter { operation in
            guard operation.space == .grows else { return true }
            operation.fail(StoreError(error))
            return false
        }
    }

    private func kind(of error: any Error) -> PostgresError.Kind { (error as? PostgresError)?.kind ?? .other }

    private func fail(_ operations: [WriteOperation], _ error: any Error) {
        let failure = StoreError(error)
        for operation in operations { operation.fail(failure) }
    }
}
