internal import Foundation
internal import Logging
internal import RelayCore
internal import RelaySQL
internal import Synchronization

/// The thread that keeps this node's place among the nodes of a database: it renews the lease, follows the ownership,
/// removes nodes that are gone, and passes on what other nodes tell.
final class NodeCoordinator: Sendable {
    private struct Requests {
        var mustDrain = false
        var mustLeave = false
        var mustReadAgain = false
    }

    private let address: PostgresAddress
    private let identity: NodeIdentity
    private let shared: SQLStore.Shared
    private let schemaWatch: SchemaWatch
    private let clock: any RelayClock
    private let logger: Logger
    private let requests = Mutex(Requests())
    private let drained = OneTimeSignal()
    private let ended = OneTimeSignal()

    /// How long a wait for notifications lasts at most: requests of other threads are seen then.
    private static let longestWait = Duration.milliseconds(100)
    /// How often lanes are looked at that a lost notification may have left without a head.
    private static let repairInterval = Duration.seconds(30)
    /// The same where there are no notifications.
    private static let pollInterval = Duration.milliseconds(500)

    /// - Parameter knownVersion: of the tables: the one that this program reads and writes.
    init(
        address: PostgresAddress, identity: NodeIdentity, shared: SQLStore.Shared, knownVersion: Int64, logger: Logger
    ) {
        schemaWatch = SchemaWatch(known: knownVersion, store: address.description, logger: logger)
        self.address = address
        self.identity = identity
        self.shared = shared
        self.logger = logger
        // Leases are measured in real time, also in tests that set the clock of the store.
        clock = SystemClock()
    }

    /// Registers the node and starts the thread.
    func start() async throws(StoreError) {
        let started: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                do {
                    var session = try Session(address, identity)
                    let now = clock.now
                    try schemaWatch.check(session.connection)
                    let number = try session.table.register()
                    var membership = NodeMembership(number: number, registeredAt: now)
                    let reading = try session.table.readOwnership()
                    use(NodeShare(node: number, ownership: reading.0))
                    continuation.resume(returning: .success(()))
                    run(&session, &membership)
                } catch {
                    continuation.resume(returning: .failure(StoreError(error)))
                }
                ended.complete()
            }
            thread.name = "relay.nodes"
            thread.stackSize = 2 << 20
            thread.start()
        }
        try started.get()
    }

    /// Leaves the ownership, and keeps the lease until ``leave()``.
    func drain() async {
        requests.withLock { $0.mustDrain = true }
        await drained.wait()
    }

    /// Leaves the other nodes. Returns when the thread has ended.
    func leave() async {
        requests.withLock { $0.mustLeave = true }
        await ended.wait()
    }

    /// A transaction was refused because the ownership has changed.
    func readAgain() { requests.withLock { $0.mustReadAgain = true } }

    /// Puts a share in force. What this node owns now is taken over.
    /// - Returns: false when the share has been in force already, or a newer one is.
    @discardableResult
    func use(_ share: NodeShare?) -> Bool {
        let present = shared.share.current
        guard let share else {
            shared.share.use(nil)
            return present != nil
        }
        if let present, present.node == share.node, present.ownership.version >= share.ownership.version {
            return false
        }
        shared.share.use(share)
        takeOver()
        shared.externalChanges.continuation.yield()
        return true
    }

    // MARK: The thread

    /// The connection, with what was learned through it.
    private struct Session {
        let connection: PostgresConnection
        let table: PostgresNodeTable

        init(_ address: PostgresAddress, _ identity: NodeIdentity) throws {
            connection = try PostgresConnection(address, applicationName: "zaphub node")
            let hasSession = !address.isPooledByTransaction
            table = PostgresNodeTable(connection: connection, identity: identity, hasSession: hasSession)
            if hasSession {
                try connection.queue("SET statement_timeout = '3s'")
                try connection.queue("LISTEN \(NodeNotice.channel)")
            }
        }
    }

    private func run(_ first: inout Session, _ membership: inout NodeMembership) {
        var session: Session? = first
        var repairAt = clock.now + Self.repairInterval
        while true {
            let request = requests.withLock { requests in
                defer { requests.mustReadAgain = false }
                return requests
            }
            if request.mustLeave {
                if let session { try? session.table.leave(membership.number) }
                drained.complete()
                return
            }
            var actions = membership.tick(at: clock.now)
            if request.mustReadAgain { actions += membership.readAgain(at: clock.now) }
            if request.mustDrain, !membership.isDraining { actions += membership.drain(at: clock.now) }
            perform(actions, &session, &membership)
            if membership.isDraining { drained.complete() }
            if clock.now >= repairAt {
                repairAt = clock.now + (address.isPooledByTransaction ? Self.pollInterval : Self.repairInterval)
                if (shared.share.current?.ownership.nodes.count ?? 0) > 1 { takeOver() }
            }
            wait(for: &session, until: membership.nextTick)
        }
    }

    private func wait(for session: inout Session?, until deadline: Timestamp?) {
        let left = deadline.map { max(.zero, min(Self.longestWait, $0 - clock.now)) } ?? Self.longestWait
        guard let connection = session?.connection, !address.isPooledByTransaction else {
            Thread.sleep(forTimeInterval: Double(left.milliseconds) / 1000)
            return
        }
        do {
            for notification in try connection.waitForNotifications(left) { receive(notification) }
        } catch {
            session = nil
        }
    }

    private func perform(
        _ first: [NodeMembership.Action], _ session: inout Session?, _ membership: inout NodeMembership
    ) {
        var actions = first[...]
        while let action = actions.popFirst() {
            do {
                let open = try session ?? reconnected(as: membership.number)
                session = open
                switch action {
                case .heartbeat:
                    try schemaWatch.check(open.connection)
                    let reading = try open.table.heartbeat(of: membership.number)
                    actions += membership.heartbeatSucceeded(reading, at: clock.now)
                case .register:
                    try schemaWatch.check(open.connection)
                    let number = try open.table.register()
                    logger.notice("this node takes part again", metadata: ["node": "\(number)"])
                    actions += membership.registered(as: number, at: clock.now)
                case .expire(let node, let seenAt):
                    try open.table.expire(node, seenAt: seenAt)
                    logger.notice("a node is gone: its lease is over", metadata: ["node": "\(node)"])
                    actions += membership.readAgain(at: clock.now)
                case .drain:
                    try open.table.drain(membership.number)
                    actions += membership.readAgain(at: clock.now)
                case .applyOwnership(let ownership):
                    use(NodeShare(node: membership.number, ownership: ownership))
                case .stopClaiming:
                    logger.warning("this node takes no part for now: its lease may be over")
                    use(nil)
                }
            } catch {
                session = nil
                // Other nodes have tables that this one must not write to.
                if (error as? StoreError)?.code == .tooNew { use(nil) }
                switch action {
                case .heartbeat: actions += membership.heartbeatFailed(at: clock.now)
                case .register: actions += membership.registrationFailed(at: clock.now)
                case .expire, .drain, .applyOwnership, .stopClaiming: break
                }
                logger.debug("a node's request to the database failed", metadata: ["error": "\(StoreError(error))"])
            }
        }
    }

    private func reconnected(as number: Int64) throws -> Session {
        let session = try Session(address, identity)
        try session.table.takeLock(of: number)
        return session
    }

    private func receive(_ notification: PostgresNotification) {
        guard let notice = NodeNotice(payload: notification.payload), notice.node == shared.share.current?.node else {
            return
        }
        let clock = clock
        add { writer in try writer.arrange(notice.lanes, at: clock.now) }
    }

    private func takeOver() {
        guard let maxAttempts = shared.recovery.current else { return }
        let (clock, logger) = (clock, logger)
        add { writer in
            let report = try writer.takeOver(at: clock.now, maxAttempts: maxAttempts)
            guard report.requeued + report.dead > 0 else { return }
            logger.notice(
                "deliveries of nodes that are gone were taken over",
                metadata: ["requeued": "\(report.requeued)", "dead": "\(report.dead)"])
        }
    }

    /// Makes a change in the writer's next transaction. One that fails is made again by the next repair.
    private func add(_ body: @escaping @Sendable (StoreWriter) throws -> Void) {
        _ = shared.operations.add(
            WriteOperation(rows: 1, bytes: 0, space: .settles) { writer in
                try body(writer)
                return {}
            } fail: { _ in
            })
    }
}
