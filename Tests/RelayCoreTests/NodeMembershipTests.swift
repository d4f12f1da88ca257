import RelayCore
import Testing

/// The rows that the nodes share, changed as the transactions of a store would change them.
private struct SharedRows {
    var now = Timestamp(seconds: 1_763_029_800)
    var version: Int64 = 0
    var owners: Set<Int64> = []
    var rows: [Int64: NodeMembership.Row] = [:]
    var lastNumber: Int64 = 0
    /// The nodes that were removed because they were dead, in order.
    var expired: [Int64] = []
    var isDown = false

    mutating func register() -> Int64 {
        lastNumber += 1
        rows[lastNumber] = NodeMembership.Row(number: lastNumber, seenAt: now)
        owners.insert(lastNumber)
        version += 1
        return lastNumber
    }

    mutating func heartbeat(_ number: Int64) -> NodeMembership.Reading {
        rows[number]?.seenAt = now
        return reading
    }

    var reading: NodeMembership.Reading {
        NodeMembership.Reading(
            ownership: NodeOwnership(version: version, nodes: owners),
            rows: rows.values.sorted { $0.number < $1.number }, at: now)
    }

    mutating func expire(_ number: Int64, seenAt: Timestamp?) {
        guard rows[number]?.seenAt == seenAt, owners.contains(number) || seenAt != nil else { return }
        rows[number] = nil
        owners.remove(number)
        expired.append(number)
        version += 1
    }

    mutating func drain(_ number: Int64) {
        guard owners.remove(number) != nil else { return }
        rows[number]?.isDraining = true
        version += 1
    }
}

/// Nodes that share rows, each with its own clock, in steps of a tenth of a second.
private struct NodeGroup {
    struct Node {
        var membership: NodeMembership
        var now: Timestamp
        var isStopped = false
        var actions: [NodeMembership.Action] = []
    }

    static let start = Timestamp(seconds: 1_763_029_800)

    var rows = SharedRows()
    var nodes: [Node] = []

    init(_ count: Int) {
        for _ in 0..<count { join() }
        pass(.milliseconds(1600))
    }

    mutating func join() {
        let now = rows.now
        nodes.append(Node(membership: NodeMembership(number: rows.register(), registeredAt: now), now: now))
    }

    mutating func pass(_ duration: Duration) {
        for _ in 0..<(duration.milliseconds / 100) {
            rows.now = rows.now + .milliseconds(100)
            for index in nodes.indices {
                nodes[index].now = nodes[index].now + .milliseconds(100)
                if !nodes[index].isStopped { perform(nodes[index].membership.tick(at: nodes[index].now), by: index) }
            }
        }
    }

    /// Does what a node asks for, and what it asks for then.
    mutating func perform(_ actions: [NodeMembership.Action], by index: Int) {
        var waiting = actions[...]
        while let action = waiting.popFirst() {
            nodes[index].actions.append(action)
            let now = nodes[index].now
            let number = nodes[index].membership.number
            switch action {
            case .applyOwnership, .stopClaiming: break
            case .heartbeat where rows.isDown: waiting += nodes[index].membership.heartbeatFailed(at: now)
            case .heartbeat: waiting += nodes[index].membership.heartbeatSucceeded(rows.heartbeat(number), at: now)
            case .register where rows.isDown: waiting += nodes[index].membership.registrationFailed(at: now)
            case .register: waiting += nodes[index].membership.registered(as: rows.register(), at: now)
            case .expire(let other, let seenAt):
                rows.expire(other, seenAt: seenAt)
                waiting += nodes[index].membership.readAgain(at: now)
            case .drain:
                rows.drain(number)
                waiting += nodes[index].membership.readAgain(at: now)
            }
        }
    }

    func owners(knownTo index: Int) -> [Int64]? { nodes[index].membership.ownership?.nodes }

    /// How often a node has done something since the count began.
    func count(_ action: NodeMembership.Action, by index: Int) -> Int {
        nodes[index].actions.count(where: { $0 == action })
    }

    mutating func forgetActions() { for index in nodes.indices { nodes[index].actions = [] } }
}

struct NodeMembershipTests {
    // MARK: Heartbeats

    @Test func aNodeSendsAHeartbeatEachSecondAndWorksUnderTheOwnership() {
        let start = NodeGroup.start
        var node = NodeMembership(number: 1, registeredAt: start)
        #expect(node.ownership == nil)
        #expect(node.nextTick == start)
        #expect(node.tick(at: start) == [.heartbeat])
        #expect(node.nextTick == nil)
        #expect(node.tick(at: start + .milliseconds(300)).isEmpty, "one request at a time")
        var rows = SharedRows()
        _ = rows.register()
        let ownership = rows.reading.ownership
        let answer = node.heartbeatSucceeded(rows.heartbeat(1), at: start + .milliseconds(300))
        #expect(answer == [.applyOwnership(ownership)])
        #expect(node.nextTick == start + .seconds(1))
        #expect(node.tick(at: start + .milliseconds(999)).isEmpty)
        #expect(node.tick(at: start + .seconds(1)) == [.heartbeat])
        #expect(node.nextTick == start + .seconds(4), "the end of the lease, less the margin")
        let same = node.heartbeatSucceeded(rows.heartbeat(1), at: start + .milliseconds(1100))
        #expect(same.isEmpty, "nothing is new")
        #expect(node.readAgain(at: start + .milliseconds(1200)) == [.heartbeat])
        #expect(node.readAgain(at: start + .milliseconds(1300)).isEmpty)
        _ = node.heartbeatSucceeded(rows.heartbeat(1), at: start + .milliseconds(1400))
        let next = node.tick(at: start + .milliseconds(1400))
        #expect(next == [.heartbeat], "what was under way may have read before the change")
    }

    @Test func everyNodeLearnsOfAnotherWithinASecond() {
        var group = NodeGroup(2)
        #expect(group.owners(knownTo: 0) == [1, 2] && group.owners(knownTo: 1) == [1, 2])
        group.join()
        group.pass(.seconds(1))
        for index in 0..<3 { #expect(group.owners(knownTo: index) == [1, 2, 3]) }
        group.pass(.seconds(60))
        #expect(group.rows.expired.isEmpty)
        #expect(group.rows.version == 3)
    }

    // MARK: The own lease

    @Test func aNodeThatCannotRenewStopsASecondBeforeItsLeaseEnds() {
        var group = NodeGroup(1)
        group.rows.isDown = true
        group.forgetActions()
        // The last heartbeat was sent half a second ago.
        group.pass(.milliseconds(3400))
        #expect(group.owners(knownTo: 0) == [1])
        group.pass(.milliseconds(100))
        #expect(group.owners(knownTo: 0) == nil)
        group.pass(.seconds(20))
        #expect(group.count(.stopClaiming, by: 0) == 1)
        #expect(group.count(.heartbeat, by: 0) == 24, "it goes on trying, once in a second")
        group.rows.isDown = false
        group.pass(.seconds(1))
        #expect(group.owners(knownTo: 0) == [1], "nobody has taken its place")
        #expect(group.rows.version == 1)
    }

    @Test func aStallWithinTheLeaseChangesNothing() {
        var group = NodeGroup(2)
        group.forgetActions()
        group.nodes[1].isStopped = true
        group.pass(.milliseconds(3300))
        group.nodes[1].isStopped = false
        group.pass(.seconds(1))
        #expect(group.count(.stopClaiming, by: 1) == 0)
        #expect(group.rows.version == 2)
    }

    @Test func aNodeThatStalledBeyondItsLeaseStopsAtOnceAndRegistersAgain() {
        var group = NodeGroup(2)
        group.forgetActions()
        group.nodes[1].isStopped = true
        group.pass(.seconds(10))
        #expect(group.rows.expired == [2])
        #expect(group.owners(knownTo: 0) == [1])
        #expect(group.owners(knownTo: 1) == [1, 2], "it does not know yet")
        group.nodes[1].isStopped = false
        group.pass(.milliseconds(100))
        let again = group.rows.reading.ownership
        #expect(again == NodeOwnership(version: 4, nodes: [1, 3]))
        #expect(
            group.nodes[1].actions == [.stopClaiming, .heartbeat, .register, .heartbeat, .applyOwnership(again)])
        #expect(group.nodes[1].membership.number == 3)
        group.pass(.seconds(1))
        #expect(group.owners(knownTo: 0) == [1, 3])
    }

    @Test func anAnswerFromBeforeAStallRenewsNothing() {
        var group = NodeGroup(1)
        let start = group.nodes[0].now
        var node = group.nodes[0].membership
        #expect(node.tick(at: start + .seconds(1)) == [.heartbeat])
        let old = group.rows.heartbeat(1)
        let late = node.heartbeatSucceeded(old, at: start + .seconds(11))
        #expect(late == [.stopClaiming, .heartbeat])
        #expect(node.heartbeatSucceeded(old, at: start + .seconds(11)) == [.applyOwnership(old.ownership)])
    }

    @Test func aNodeWhoseRegistrationFailsTriesAgainInASecond() {
        var group = NodeGroup(1)
        group.rows.expire(1, seenAt: group.rows.rows[1]?.seenAt)
        let now = group.nodes[0].now + .seconds(1)
        var node = group.nodes[0].membership
        #expect(node.tick(at: now) == [.heartbeat])
        let missing = group.rows.heartbeat(1)
        #expect(node.heartbeatSucceeded(missing, at: now) == [.stopClaiming, .register])
        #expect(node.registrationFailed(at: now).isEmpty)
        #expect(node.nextTick == now + .seconds(1))
        #expect(node.tick(at: now + .seconds(1)) == [.register])
        #expect(node.registered(as: 9, at: now + .seconds(1)) == [.heartbeat])
        #expect(node.number == 9)
    }

    // MARK: Dead nodes

    @Test func theLiveNodeWithTheLowestNumberRemovesADeadOne() {
        var group = NodeGroup(3)
        group.forgetActions()
        group.nodes[0].isStopped = true
        // Its last heartbeat was half a second ago.
        group.pass(.milliseconds(4400))
        #expect(group.rows.expired.isEmpty)
        group.pass(.milliseconds(1200))
        #expect(group.rows.expired == [1])
        #expect(group.rows.owners == [2, 3])
        #expect(group.nodes[1].actions.contains { if case .expire(node: 1, seenAt: _) = $0 { true } else { false } })
        #expect(!group.nodes[2].actions.contains { if case .expire = $0 { true } else { false } })
    }

    @Test func anotherNodeRemovesItTwoSecondsLater() {
        var group = NodeGroup(2)
        let row = NodeMembership.Row(number: 3, seenAt: group.rows.now)
        group.rows.rows[3] = row
        group.rows.owners.insert(3)
        var node = group.nodes[1].membership
        let (start, now) = (group.nodes[1].now, group.rows.now)
        for second in 1...8 {
            let own = start + .seconds(second)
            group.rows.now = now + .seconds(second)
            _ = group.rows.heartbeat(1)
            #expect(node.tick(at: own) == [.heartbeat])
            let actions = node.heartbeatSucceeded(group.rows.heartbeat(2), at: own)
            #expect(actions.contains(.expire(node: 3, seenAt: row.seenAt)) == (second > 7), "second \(second)")
        }
    }

    @Test func twoNodesThatRemoveTheSameNodeChangeTheOwnershipOnce() {
        var group = NodeGroup(3)
        let version = group.rows.version
        let seenAt = group.rows.rows[3]?.seenAt
        group.nodes[2].isStopped = true
        // Both decide on the rows as they were before either has removed it.
        var decisions: [[NodeMembership.Action]] = [[], []]
        for _ in 0..<80 {
            group.rows.now = group.rows.now + .milliseconds(100)
            for index in 0..<2 {
                let now = group.nodes[index].now + .milliseconds(100)
                group.nodes[index].now = now
                guard group.nodes[index].membership.tick(at: now) == [.heartbeat] else { continue }
                let reading = group.rows.heartbeat(group.nodes[index].membership.number)
                decisions[index] = group.nodes[index].membership.heartbeatSucceeded(reading, at: now)
            }
        }
        #expect(decisions == [[.expire(node: 3, seenAt: seenAt)], [.expire(node: 3, seenAt: seenAt)]])
        for index in 0..<2 { group.perform(decisions[index], by: index) }
        group.pass(.seconds(1))
        #expect(group.rows.expired == [3])
        #expect(group.rows.version == version + 1)
        #expect(group.owners(knownTo: 0) == [1, 2] && group.owners(knownTo: 1) == [1, 2])
    }

    @Test func aNewNodeRemovesThoseThatDiedBeforeIt() {
        var group = NodeGroup(2)
        for index in 0..<2 { group.nodes[index].isStopped = true }
        group.rows.now = group.rows.now + .seconds(3600)
        group.join()
        group.pass(.milliseconds(1900))
        #expect(group.rows.expired.isEmpty, "they may have been kept from their heartbeats, like this one")
        group.pass(.milliseconds(1100))
        #expect(group.rows.expired == [1, 2])
        #expect(group.owners(knownTo: 2) == [3])
    }

    @Test func afterAnOutageOfTheDatabaseNobodyIsTakenForDead() {
        var group = NodeGroup(3)
        group.rows.isDown = true
        group.pass(.seconds(30))
        group.rows.isDown = false
        group.pass(.seconds(30))
        #expect(group.rows.expired.isEmpty)
        #expect(group.rows.version == 3)
        for index in 0..<3 { #expect(group.owners(knownTo: index) == [1, 2, 3]) }
    }

    @Test func anOwnerWithoutARowIsRemoved() {
        var group = NodeGroup(1)
        group.rows.owners.insert(77)
        group.pass(.seconds(8))
        #expect(group.rows.owners == [1])
    }

    // MARK: Clocks that are set

    @Test func aNodeWhoseClockIsSetBackStopsUntilItsNextHeartbeat() {
        var group = NodeGroup(2)
        group.forgetActions()
        group.nodes[1].now = group.nodes[1].now - .seconds(3600)
        group.pass(.milliseconds(100))
        let ownership = group.rows.reading.ownership
        #expect(group.nodes[1].actions == [.stopClaiming, .heartbeat, .applyOwnership(ownership)])
        group.forgetActions()
        group.pass(.seconds(10))
        #expect(group.count(.heartbeat, by: 1) == 10)
        #expect(group.count(.stopClaiming, by: 1) == 0)
        #expect(group.rows.version == 2)
    }

    @Test func anAnswerOverWhichTheClockIsSetBackRenewsNothing() {
        var group = NodeGroup(1)
        let start = group.nodes[0].now
        var node = group.nodes[0].membership
        #expect(node.tick(at: start + .seconds(1)) == [.heartbeat])
        let reading = group.rows.heartbeat(1)
        let back = start - .seconds(60)
        #expect(node.heartbeatSucceeded(reading, at: back) == [.stopClaiming, .heartbeat])
        #expect(node.heartbeatSucceeded(reading, at: back) == [.applyOwnership(reading.ownership)])
    }

    /// Such as after a failover to a database on a machine whose clock is behind.
    @Test func aDatabaseWhoseClockIsSetBackKeepsTheLivingAndNotTheDead() {
        var group = NodeGroup(3)
        group.nodes[2].isStopped = true
        group.rows.now = group.rows.now - .seconds(3600)
        group.pass(.seconds(7))
        #expect(group.rows.expired == [3])
        group.pass(.seconds(60))
        #expect(group.rows.expired == [3])
        #expect(group.owners(knownTo: 1) == [1, 2])
    }

    @Test func aDatabaseWhoseClockIsSetForwardKeepsTheLiving() {
        var group = NodeGroup(3)
        group.rows.now = group.rows.now + .seconds(3600)
        group.pass(.seconds(60))
        #expect(group.rows.expired.isEmpty)
    }

    // MARK: Leaving

    @Test func aNodeThatDrainsKeepsItsLeaseAndOwnsNothing() {
        var group = NodeGroup(2)
        group.forgetActions()
        group.perform(group.nodes[0].membership.drain(at: group.nodes[0].now), by: 0)
        let ownership = NodeOwnership(version: 3, nodes: [2])
        #expect(group.nodes[0].actions == [.drain, .heartbeat, .applyOwnership(ownership)])
        #expect(group.nodes[0].membership.drain(at: group.nodes[0].now).isEmpty)
        group.pass(.seconds(30))
        #expect(group.owners(knownTo: 1) == [2])
        #expect(group.rows.expired.isEmpty && group.rows.rows[1]?.isDraining == true)
        #expect(group.nodes[0].membership.number == 1, "it does not register again")
        group.nodes[0].isStopped = true
        group.pass(.seconds(7))
        #expect(group.rows.expired == [1], "it died before it could leave")
        group.nodes[0].isStopped = false
        group.forgetActions()
        group.pass(.seconds(7))
        #expect(group.nodes[0].actions == [.stopClaiming, .heartbeat])
        #expect(group.nodes[0].membership.nextTick == nil)
    }

    @Test func aNodeThatDrainsWhileItRegistersLeavesUnderItsNewNumber() {
        var group = NodeGroup(1)
        group.rows.expire(1, seenAt: group.rows.rows[1]?.seenAt)
        let now = group.nodes[0].now + .seconds(1)
        group.nodes[0].now = now
        #expect(group.nodes[0].membership.tick(at: now) == [.heartbeat])
        let missing = group.rows.heartbeat(1)
        #expect(group.nodes[0].membership.heartbeatSucceeded(missing, at: now) == [.stopClaiming, .register])
        #expect(group.nodes[0].membership.drain(at: now).isEmpty)
        let number = group.rows.register()
        group.perform(group.nodes[0].membership.registered(as: number, at: now), by: 0)
        #expect(group.rows.owners.isEmpty)
        #expect(group.rows.rows[number]?.isDraining == true)
    }
}
