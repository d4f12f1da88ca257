internal import RelayCore

/// An in-memory model of the outbox, with which a store is compared.
struct OutboxModel {
    struct Delivery: Equatable {
        var id: DeliveryID
        var destination: DestinationKey
        var lane: String?
        var state: DeliveryState = .queued
        var attempts = 0
        var seriesAttempts = 0
        /// The interrupted attempts that are left out of them.
        var interruptions = 0
        var notBefore: Timestamp
        /// How long it was to wait for `notBefore` when that was set.
        var wait: Duration = .zero
        var dueAt: Timestamp?
        /// The batch with which it is sent again.
        var batch: DeliveryID?
    }

    private(set) var deliveries: [DeliveryID: Delivery] = [:]
    /// The delivered ids of each lane, in order of delivery.
    private(set) var delivered: [String: [DeliveryID]] = [:]
    /// Deliveries that were dead or cancelled at any time, for which no order is promised.
    private(set) var outOfOrder: Set<DeliveryID> = []
    private(set) var faults: [String] = []
    /// Destinations that must not be sent to.
    var paused: Set<DestinationKey> = []
    /// Webhooks that were deleted.
    private(set) var deleted: Set<DestinationKey> = []

    var ids: [DeliveryID] { deliveries.keys.sorted() }

    func ids(in states: DeliveryState...) -> [DeliveryID] {
        ids.filter { states.contains(deliveries[$0]?.state ?? .cancelled) }
    }

    mutating func insert(_ id: DeliveryID, to destination: DestinationKey, lane: String?, at now: Timestamp) {
        deliveries[id] = Delivery(id: id, destination: destination, lane: lane, notBefore: now)
        if deleted.contains(destination) {
            deliveries[id]?.state = .cancelled
            return
        }
        arrange(id, at: now)
    }

    mutating func claim(_ destination: DestinationKey, limit: Int, at now: Timestamp) -> (
        ids: [[DeliveryID]], nextDue: Timestamp?
    ) {
        let heads = deliveries.values.filter { $0.destination == destination && $0.dueAt != nil }
            .sorted { ($0.dueAt ?? now, $0.id) < ($1.dueAt ?? now, $1.id) }
        let due = heads.prefix { ($0.dueAt ?? now) <= now }.prefix(limit).map(\.id)
        for id in due {
            change(id, to: .inFlight) {
                $0.attempts += 1
                $0.seriesAttempts += 1
                $0.dueAt = nil
                $0.batch = nil
            }
        }
        return (due.map { [$0] }, heads.dropFirst(due.count).first?.dueAt)
    }

    mutating func settle(
        _ id: DeliveryID, attempt: Int, _ next: AttemptSettlement.Next, batch: DeliveryID? = nil,
        isInterrupted: Bool = false, at now: Timestamp
    ) {
        guard let delivery = deliveries[id], delivery.state == .inFlight, delivery.attempts == attempt else { return }
        switch next {
        case .retry where deleted.contains(delivery.destination), .dead where deleted.contains(delivery.destination):
            change(id, to: .cancelled) { _ in }
        case .delivered:
            change(id, to: .delivered) { _ in }
            if let lane = delivery.lane, !outOfOrder.contains(id) {
                delivered["\(delivery.destination)/\(lane)", default: []].append(id)
            }
        case .retry(let moment):
            change(id, to: .queued) {
                $0.notBefore = moment
                $0.wait = max(moment - now, .zero)
                $0.dueAt = nil
                $0.batch = batch
                guard isInterrupted, $0.interruptions < RetryPolicy.uncountedInterruptions else { return }
                $0.seriesAttempts -= 1
                $0.interruptions += 1
            }
        case .unsent(let moment):
            change(id, to: .queued) {
                $0.attempts -= 1
                $0.seriesAttempts -= 1
                $0.notBefore = moment
                $0.wait = max(moment - now, .zero)
                $0.dueAt = nil
            }
        case .dead:
            change(id, to: .dead) { _ in }
            outOfOrder.insert(id)
        }
        arrange(id, at: now)
    }

    mutating func retry(_ id: DeliveryID, at now: Timestamp) -> DeliveryChangeResult {
        guard let delivery = deliveries[id] else { return .notFound }
        if deleted.contains(delivery.destination) { return .webhookDeleted }
        switch delivery.state {
        case .queued:
            deliveries[id]?.notBefore = now
            deliveries[id]?.wait = .zero
            if delivery.dueAt != nil { deliveries[id]?.dueAt = now }
        case .dead, .cancelled:
            change(id, to: .queued) {
                $0.seriesAttempts = 0
                $0.interruptions = 0
                $0.notBefore = now
                $0.wait = .zero
                $0.batch = nil
            }
            arrange(id, at: now)
        case .inFlight, .delivered: return .refused(delivery.state)
        }
        return .done
    }

    mutating func cancel(_ id: DeliveryID, at now: Timestamp) -> DeliveryChangeResult {
        guard let delivery = deliveries[id] else { return .notFound }
        guard delivery.state == .queued || delivery.state == .dead else { return .refused(delivery.state) }
        change(id, to: .cancelled) { $0.dueAt = nil }
        outOfOrder.insert(id)
        arrange(id, at: now)
        return .done
    }

    /// A webhook is deleted: what is queued is cancelled, and what is in flight when its attempt ends.
    mutating func delete(_ webhook: DestinationKey, at now: Timestamp) {
        for id in ids(in: .queued).reversed() where deliveries[id]?.destination == webhook {
            _ = cancel(id, at: now)
        }
        deleted.insert(webhook)
        paused.remove(webhook)
    }

    /// Why a delivery is queued in a store; nil: for no reason.
    /// - Parameter records: all deliveries of the store.
    func reason(for record: DeliveryDetails, among records: [DeliveryDetails], at now: Timestamp) -> String? {
        if deleted.contains(record.destination) { return nil }
        if paused.contains(record.destination) { return "the destination is paused" }
        if let due = record.dueAt { return due > now ? "it waits until \(due)" : "it is due" }
        guard let lane = deliveries[record.id]?.lane else { return nil }
        let ahead = records.first { other in
            other.destination == record.destination && deliveries[other.id]?.lane == lane
                && (other.state == .inFlight || (other.state == .queued && other.dueAt != nil && other.id < record.id))
        }
        return ahead.map { "\($0.id) of its lane goes first" }
    }

    mutating func recover(maxAttempts: Int, at now: Timestamp) {
        for id in ids(in: .inFlight) {
            guard let delivery = deliveries[id] else { continue }
            let isLast = RetryPolicy.isLast(
                attempt: delivery.seriesAttempts, interruptions: delivery.interruptions, of: maxAttempts)
            settle(
                id, attempt: delivery.attempts, isLast ? .dead(.interrupted) : .retry(at: now), batch: delivery.batch,
                isInterrupted: true, at: now)
        }
        // After the clock was set back, nothing waits longer than it was to wait.
        for id in ids(in: .queued) {
            guard let delivery = deliveries[id], let due = delivery.dueAt, due > now + delivery.wait else { continue }
            deliveries[id]?.dueAt = now + delivery.wait
            deliveries[id]?.notBefore = now + delivery.wait
        }
    }

    mutating func forget(_ id: DeliveryID) {
        deliveries[id] = nil
    }

    private static let legal: Set<[DeliveryState]> = [
        [.queued, .inFlight], [.inFlight, .delivered], [.inFlight, .queued], [.inFlight, .dead], [.dead, .queued],
        [.cancelled, .queued], [.queued, .cancelled], [.dead, .cancelled], [.inFlight, .cancelled],
    ]

    mutating func change(_ id: DeliveryID, to state: DeliveryState, _ body: (inout Delivery) -> Void) {
        guard var delivery = deliveries[id] else { return }
        if !Self.legal.contains([delivery.state, state]) { faults.append("\(id): \(delivery.state) to \(state)") }
        delivery.state = state
        body(&delivery)
        deliveries[id] = delivery
        guard state == .inFlight, let lane = delivery.lane else { return }
        for other in deliveries.values
        where other.id != id && other.destination == delivery.destination && other.lane == lane {
            if delivery.batch != nil, other.batch == delivery.batch { continue }
            if other.state == .inFlight { faults.append("\(id) and \(other.id) of one lane are in flight") }
            if other.state == .queued, other.id < id { faults.append("\(id) overtakes \(other.id)") }
        }
    }

    /// Makes only the head of a delivery's lane due. A delivery without a lane is its own head.
    private mutating func arrange(_ id: DeliveryID, at now: Timestamp) {
        guard let delivery = deliveries[id] else { return }
        let lane = deliveries.values
            .filter {
                delivery.lane == nil ? $0.id == id : $0.destination == delivery.destination && $0.lane == delivery.lane
            }
            .filter { $0.state == .queued || $0.state == .inFlight }
            .sorted { $0.id < $1.id }
        let isFlying = lane.contains { $0.state == .inFlight }
        for (index, member) in lane.enumerated() {
            let isHead = index == 0 && !isFlying
            let due = max(min(member.notBefore, now + member.wait), now)
            deliveries[member.id]?.dueAt = isHead ? member.dueAt ?? due : nil
        }
    }
}
