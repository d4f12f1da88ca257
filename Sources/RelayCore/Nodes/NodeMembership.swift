/// The part that one node takes in the group of nodes that share a store: when it renews its lease, under which ownership
/// it works, when it has to stop, and which dead nodes it removes. Pure: the caller does what the actions say, and
/// reports the results.
///
/// A node measures its own lease with its own clock, from the moment when it sent the last heartbeat that succeeded. It
/// measures the leases of others with the clock of the database, and with its own clock by how long their rows have not
/// changed. A node that is wrongly taken for dead changes nothing, because each transaction checks the version of the
/// ownership; it registers again.
package struct NodeMembership: Sendable {
    package struct Timing: Sendable, Hashable {
        /// The time between two heartbeats. Default 1 s.
        package var heartbeat: Duration
        /// How long a node is alive after its last heartbeat. Default 5 s.
        package var lease: Duration
        /// A node stops this long before the end of its own lease. Default 1 s.
        package var margin: Duration
        /// How long the row of a node has to stay the same under the eyes of another before that one takes it for dead:
        /// after an outage of the database all rows are old. Default 2 s.
        package var observation: Duration
        /// How much later a dead node is removed by nodes other than the live one with the lowest number. Default 2 s.
        package var succession: Duration

        package init(
            heartbeat: Duration = .seconds(1),
            lease: Duration = .seconds(5),
            margin: Duration = .seconds(1),
            observation: Duration = .seconds(2),
            succession: Duration = .seconds(2)
        ) {
            self.heartbeat = heartbeat
            self.lease = lease
            self.margin = margin
            self.observation = observation
            self.succession = succession
        }
    }

    package enum Action: Sendable, Hashable {
        /// Write the heartbeat, and read the ownership and all rows of nodes, in one transaction. Then call
        /// ``heartbeatSucceeded(_:at:)`` or ``heartbeatFailed(at:)``; until then no further request is asked for.
        case heartbeat
        /// Add this node under a new number, to the rows and to the ownership. Then call ``registered(as:at:)`` or
        /// ``registrationFailed(at:)``; until then no further request is asked for.
        case register
        /// Remove a dead node from the rows and from the ownership, unless its row has another heartbeat than this by
        /// now; nil: it has no row. Then call ``readAgain(at:)``, whatever came of it.
        case expire(node: Int64, seenAt: Timestamp?)
        /// Mark this node as draining, and remove it from the ownership. Then call ``readAgain(at:)``.
        case drain
        /// From now on claim and queue under this ownership.
        case applyOwnership(NodeOwnership)
        /// Claim and queue nothing until the next ``applyOwnership(_:)``: the lease may be over, or the number is not
        /// valid any more.
        case stopClaiming
    }

    /// The row of a node.
    package struct Row: Sendable, Hashable {
        package var number: Int64
        /// When its last heartbeat was written, by the clock of the database.
        package var seenAt: Timestamp
        /// Whether it takes no new work.
        package var isDraining: Bool

        package init(number: Int64, seenAt: Timestamp, isDraining: Bool = false) {
            self.number = number
            self.seenAt = seenAt
            self.isDraining = isDraining
        }
    }

    /// What the transaction of a heartbeat has read.
    package struct Reading: Sendable, Hashable {
        package var ownership: NodeOwnership
        /// The rows of all nodes, this one included.
        package var rows: [Row]
        /// The moment of the transaction, by the clock of the database.
        package var at: Timestamp

        package init(ownership: NodeOwnership, rows: [Row], at moment: Timestamp) {
            self.ownership = ownership
            self.rows = rows
            self.at = moment
        }
    }

    /// The heartbeat of another node, and since when it has not changed. Nil: it takes part, but has no row.
    private struct Observation {
        var seenAt: Timestamp?
        var since: Duration
    }

    /// A heartbeat or a registration that has no answer yet.
    private struct Request {
        /// Nil: the clock was set since, so nobody knows how long ago that was.
        var sentAt: Duration?
    }

    /// The registration number: the fencing token.
    package private(set) var number: Int64
    /// The ownership that is in force for this node; nil: it must not claim.
    package private(set) var ownership: NodeOwnership?
    /// Whether the node leaves: it takes no new lanes, and does not register again.
    package private(set) var isDraining = false
    private let timing: Timing
    private var lastMoment: Timestamp
    /// The time that has passed since the beginning; it never runs backwards.
    private var elapsed = Duration.zero
    /// When the last heartbeat that succeeded was sent. Nil: the clock was set since.
    private var renewedAt: Duration?
    private var request: Request?
    private var nextRequestAt = Duration.zero
    private var mustRegister = false
    private var observed: [Int64: Observation] = [:]

    /// - Parameters:
    ///   - number: that the node was given when it registered.
    ///   - moment: when the registration was sent, by the node's own clock, as all moments but those of rows.
    package init(number: Int64, registeredAt moment: Timestamp, timing: Timing = Timing()) {
        self.number = number
        self.timing = timing
        lastMoment = moment
        renewedAt = .zero
    }

    /// When to call ``tick(at:)``; nil: not before the next other input.
    package var nextTick: Timestamp? {
        var deadlines: [Duration] = []
        if request == nil, !hasLeft { deadlines.append(nextRequestAt) }
        if ownership != nil, let renewedAt { deadlines.append(renewedAt + timing.lease - timing.margin) }
        return deadlines.min().map { lastMoment + max(.zero, $0 - elapsed) }
    }

    // MARK: Inputs

    /// The time has come, or may have.
    package mutating func tick(at now: Timestamp) -> [Action] {
        advance(to: now)
        return stopIfLeaseIsOver() + nextRequest()
    }

    package mutating func heartbeatSucceeded(_ reading: Reading, at now: Timestamp) -> [Action] {
        advance(to: now)
        var actions = stopIfLeaseIsOver()
        guard let answered = request else { return actions }
        request = nil
        renewedAt = answered.sentAt
        // An answer that comes so late says nothing about now.
        guard holdsLease else { return actions + requestNow() }
        let hasRow = reading.rows.contains { $0.number == number }
        let takesPart = reading.ownership.nodes.contains(number)
        guard hasRow, takesPart || isDraining else {
            actions += stop()
            mustRegister = true
            return actions + requestNow()
        }
        if isDraining, takesPart { actions.append(.drain) }
        return actions + apply(reading.ownership) + expirations(reading)
    }

    /// The heartbeat was not written, or nobody knows.
    package mutating func heartbeatFailed(at now: Timestamp) -> [Action] {
        advance(to: now)
        request = nil
        return stopIfLeaseIsOver() + nextRequest()
    }

    package mutating func registered(as number: Int64, at now: Timestamp) -> [Action] {
        advance(to: now)
        guard let answered = request else { return [] }
        request = nil
        self.number = number
        renewedAt = answered.sentAt
        mustRegister = false
        return requestNow()
    }

    package mutating func registrationFailed(at now: Timestamp) -> [Action] {
        heartbeatFailed(at: now)
    }

    /// The ownership has changed, or may have: a transaction was refused because of the version, or another node said so.
    package mutating func readAgain(at now: Timestamp) -> [Action] {
        advance(to: now)
        return stopIfLeaseIsOver() + requestNow()
    }

    /// The node is to leave. It keeps its lease, so that what it has in flight can end. Once that is settled, delete its
    /// row.
    package mutating func drain(at now: Timestamp) -> [Action] {
        advance(to: now)
        let actions = stopIfLeaseIsOver()
        // A registration under way is drained when it has its answer.
        guard !isDraining, !mustRegister else {
            isDraining = true
            return actions
        }
        isDraining = true
        return actions + [.drain]
    }

    // MARK: Requests

    /// Whether the node leaves and has no number any more.
    private var hasLeft: Bool { isDraining && mustRegister }

    private mutating func requestNow() -> [Action] {
        nextRequestAt = elapsed
        return nextRequest()
    }

    private mutating func nextRequest() -> [Action] {
        guard request == nil, !hasLeft, elapsed >= nextRequestAt else { return [] }
        request = Request(sentAt: elapsed)
        nextRequestAt = elapsed + timing.heartbeat
        return [mustRegister ? .register : .heartbeat]
    }

    // MARK: This node

    private mutating func advance(to now: Timestamp) {
        let passed = now - lastMoment
        lastMoment = now
        if passed >= .zero {
            elapsed += passed
        } else {
            // The clock was set back: any time may have passed.
            renewedAt = nil
            request?.sentAt = nil
            nextRequestAt = elapsed
        }
    }

    private var holdsLease: Bool {
        renewedAt.map { elapsed - $0 < timing.lease - timing.margin } ?? false
    }

    private mutating func stopIfLeaseIsOver() -> [Action] {
        guard !holdsLease else { return [] }
        // The others may have been kept from renewing theirs by the same cause: they get time to do so.
        observed = [:]
        return stop()
    }

    private mutating func stop() -> [Action] {
        guard ownership != nil else { return [] }
        ownership = nil
        return [.stopClaiming]
    }

    private mutating func apply(_ new: NodeOwnership) -> [Action] {
        guard ownership != new else { return [] }
        ownership = new
        return [.applyOwnership(new)]
    }

    // MARK: Other nodes

    /// Takes note of the other nodes, and removes the dead ones if that is this node's turn.
    private mutating func expirations(_ reading: Reading) -> [Action] {
        observe(reading)
        let dead = observed.filter { isDead($0.value, at: reading.at) }
        let alive = reading.rows.filter { !$0.isDraining && dead[$0.number] == nil }.map(\.number)
        let isFirst = !isDraining && alive.min() == number
        return dead.sorted { $0.key < $1.key }
            .filter { isFirst || isDead($0.value, at: reading.at, after: timing.succession) }
            .map { .expire(node: $0.key, seenAt: $0.value.seenAt) }
    }

    private mutating func observe(_ reading: Reading) {
        let before = observed
        observed = [:]
        let seen = Dictionary(reading.rows.map { ($0.number, $0.seenAt) }) { first, _ in first }
        for other in Set(seen.keys).union(reading.ownership.nodes) where other != number {
            let seenAt = seen[other]
            let known = before[other].flatMap { $0.seenAt == seenAt ? $0.since : nil }
            observed[other] = Observation(seenAt: seenAt, since: known ?? elapsed)
        }
    }

    /// - Parameters:
    ///   - moment: by the clock of the database.
    ///   - delay: added to the lease.
    private func isDead(_ other: Observation, at moment: Timestamp, after delay: Duration = .zero) -> Bool {
        let unchanged = elapsed - other.since
        // Also when the clock of the database was set back, so that a heartbeat seems to be in the future.
        if unchanged > timing.lease + delay { return true }
        guard let seenAt = other.seenAt else { return false }
        return moment - seenAt > timing.lease + delay && unchanged >= timing.observation
    }
}
