package import RelayCore

/// What the dispatcher knows of its destinations, and its decisions: what to claim now, when to check again, what a
/// result means. Pure: the time is an argument.
///
/// Only destinations to which something happened are looked at, so that the cost of a delivery does not grow with the
/// number of those that wait.
package struct DispatchState: Sendable {
    package typealias SettingsLookup = (DestinationKey) -> DestinationDispatchSettings?

    package private(set) var destinations: [DestinationKey: DestinationState] = [:]
    private let breaker: BreakerPolicy
    private var shares: SlotShares
    /// Those that are to be looked at, in the order in which something happened to them.
    private var changed: [DestinationKey] = []
    private var timers = DestinationTimers()
    /// Those that answer and wait for a slot; the others wait in queues.
    private var answering: Set<DestinationKey> = []
    private var untried = DestinationQueue()
    private var hanging = DestinationQueue()
    /// Destinations that answer and have requests under way.
    private var busy = 0
    /// Destinations that were paused or resumed before ``begin(pauses:releases:at:)``; nil after it.
    private var changedBeforeStart: Set<DestinationKey>? = []
    /// Requests that the claims under way may still ask for.
    private var claimsLeft = 0
    /// Whether deliveries may be claimed when they are queued. Default false.
    package var takesNewDeliveries = false

    /// - Parameter capacity: requests under way in all.
    package init(capacity: Int, breaker: BreakerPolicy) {
        self.breaker = breaker
        shares = SlotShares(capacity: capacity)
    }

    /// Requests under way.
    package var inFlight: Int { shares.total }

    private mutating func with<Result>(_ key: DestinationKey, _ body: (inout DestinationState) -> Result) -> Result {
        let fresh = DestinationState(breaker)
        return body(&destinations[key, default: fresh])
    }

    // MARK: Events

    /// Something of the destination is due at the given moment or earlier.
    package mutating func wake(_ key: DestinationKey, at due: Timestamp) {
        with(key) { $0.nextDue = min($0.nextDue ?? due, due) }
        changed.append(key)
    }

    /// Destinations that answered an earlier run of the process. They need not stand behind those that may hang.
    package mutating func trust(_ keys: Set<DestinationKey>) {
        for key in keys {
            with(key) { destination in
                guard destination.answers.standing == .untried else { return }
                destination.answers = AnswerRecord(hasAnswered: true)
            }
        }
    }

    /// Takes over what the store has at the start. A pause that an operator ended, or began, after the store was read
    /// stays so.
    package mutating func begin(pauses: [DestinationPause], releases: [DestinationRelease], at now: Timestamp) {
        let changed = changedBeforeStart ?? []
        changedBeforeStart = nil
        for release in releases where !changed.contains(release.destination) {
            resume(release.destination, release: release, at: now)
        }
        for pause in pauses where !changed.contains(pause.destination) { self.pause(pause) }
    }

    /// Pauses and resumes destinations as the store has them.
    package mutating func follow(pauses: [DestinationPause], releases: [DestinationRelease], at now: Timestamp) {
        let stored = Set(pauses.map(\.destination))
        for key in destinations.filter({ $0.value.pause != nil && !stored.contains($0.key) }).keys {
            resume(key, release: releases.first { $0.destination == key }, at: now)
        }
        for pause in pauses where destinations[pause.destination]?.pause == nil { self.pause(pause) }
    }

    package mutating func pause(_ pause: DestinationPause) {
        changedBeforeStart?.insert(pause.destination)
        with(pause.destination) { destination in
            destination.pause = pause
            destination.release = nil
        }
        changed.append(pause.destination)
    }

    /// - Parameter release: what it held, when that is to go out at a rate.
    package mutating func resume(_ key: DestinationKey, release: DestinationRelease? = nil, at now: Timestamp) {
        changedBeforeStart?.insert(key)
        with(key) { destination in
            destination.pause = nil
            destination.release = release.map { Release($0) }
        }
        reset(key)
        wake(key, at: now)
    }

    /// Destinations were added, removed or changed. What is known of another receiver is forgotten, and a pause for
    /// what another receiver answered ends. Destinations that are gone and have nothing are forgotten, so that a
    /// deleted webhook leaves no trace.
    /// - Parameters:
    ///   - keys: those that may have changed; nil: any.
    ///   - receiver: nil for a destination that is gone.
    /// One that is gone and has something is paused until it is back.
    /// - Returns: the destinations that are no longer paused, and the new pauses.
    package mutating func follow(
        _ keys: Set<DestinationKey>? = nil, at now: Timestamp, receiver: (DestinationKey) -> String?
    ) -> (resumed: [DestinationKey], paused: [DestinationPause]) {
        var resumed: [DestinationKey] = []
        var paused: [DestinationPause] = []
        for key in keys?.sorted() ?? destinations.keys.sorted() {
            guard let destination = destinations[key] else { continue }
            changed.append(key)
            guard let present = receiver(key) else {
                let isAbsent = destination.pause?.reason == .absent
                let isIdle = destination.inFlight == 0 && destination.nextDue == nil && destination.place != .claiming
                if isIdle, isAbsent || !destination.isPaused {
                    destinations[key] = nil
                    if isAbsent { resumed.append(key) }
                } else if !destination.isPaused {
                    let pause = DestinationPause(destination: key, reason: .absent, since: now)
                    destinations[key]?.pause = pause
                    paused.append(pause)
                }
                continue
            }
            destinations[key]?.receiver = present
            if let pause = destination.pause {
                let isOther = pause.reason != .manual && pause.receiver.map { $0 != present } ?? false
                guard isOther || pause.reason == .absent else { continue }
                resume(key, at: now)
                resumed.append(key)
            } else if let former = destination.receiver, former != present {
                reset(key)
            }
        }
        return (resumed, paused)
    }

    /// Forgets a destination that was deleted with all that was queued for it. What is under way still comes back.
    package mutating func forget(_ key: DestinationKey) {
        guard let destination = destinations[key] else { return }
        answering.remove(key)
        guard destination.inFlight > 0 else {
            destinations[key] = nil
            return
        }
        change(key) { destination in
            destination.nextDue = nil
            destination.pause = nil
            destination.release = nil
            destination.place = .idle
        }
    }

    /// Nothing is known of the receiver any more: it is another one, or somebody says that it is up.
    private mutating func reset(_ key: DestinationKey) {
        let fresh = DestinationState(breaker)
        with(key) { destination in
            destination.breaker = fresh.breaker
            destination.receiverRate = fresh.receiverRate
        }
        change(key) { $0.answers = AnswerRecord() }
        changed.append(key)
    }

    /// Lets every open breaker probe now.
    package mutating func probe(at now: Timestamp) {
        for (key, destination) in destinations where destination.breaker.opensAt != nil {
            destinations[key]?.breaker.probe(at: now)
            changed.append(key)
        }
    }

    // MARK: Claims

    /// What to claim from the outbox now. Each claim ends with ``claimed(_:ordering:receiver:at:)`` or
    /// ``abandoned(_:)``.
    /// - Parameters:
    ///   - limit: of requests in all claims; what is left is claimed the next time.
    ///   - settings: nil for a destination that is gone; its deliveries stay queued.
    package mutating func claims(at now: Timestamp, limit: Int = .max, settings: SettingsLookup)
        -> [DeliveryClaimRequest]
    {
        claimsLeft = limit
        var seen: Set<DestinationKey> = []
        for key in changed where seen.insert(key).inserted { arrange(key, at: now, settings) }
        changed.removeAll(keepingCapacity: true)
        while let next = timers.first, next.moment <= now {
            timers.removeFirst()
            guard destinations[next.key]?.place == .waiting(until: next.moment) else { continue }
            arrange(next.key, at: now, settings)
        }
        var claims: [DeliveryClaimRequest] = []
        serveAnswering(at: now, settings, &claims)
        serve(.untried, at: now, settings, &claims)
        serve(.hanging, at: now, settings, &claims)
        for claim in claims { shares.add(-claim.limit, to: standing(of: claim.destination)) }
        return claims
    }

    private func standing(of key: DestinationKey) -> AnswerRecord.Standing {
        destinations[key]?.answers.standing ?? .untried
    }

    /// Puts a destination where it belongs.
    private mutating func arrange(_ key: DestinationKey, at now: Timestamp, _ settings: SettingsLookup) {
        guard var destination = destinations[key], destination.place != .claiming else { return }
        let standing = destination.answers.standing
        let former = destination.place
        var place = Place.idle
        if let settings = settings(key), let start = destination.start(at: now, settings: settings) {
            place = start > now ? .waiting(until: start) : .ready(standing)
        }
        if former == .ready(.answering) { answering.remove(key) }
        destination.place = place
        destinations[key] = destination
        switch place {
        case .waiting(let moment): if place != former { timers.insert(key, at: moment) }
        case .ready(.answering): answering.insert(key)
        case .ready(.untried): if place != former { untried.append(key) }
        case .ready(.hanging): if place != former { hanging.append(key) }
        case .idle, .claiming: break
        }
    }

    /// The destination that used the fewest slots lately comes first.
    private mutating func serveAnswering(
        at now: Timestamp, _ settings: SettingsLookup, _ claims: inout [DeliveryClaimRequest]
    ) {
        guard !answering.isEmpty, claimsLeft > 0, shares.isFree(for: .answering) else { return }
        let ordered =
            answering.count == 1
            ? Array(answering)
            : answering.map { (use: destinations[$0]?.answers.slotUse(at: now) ?? 0, key: $0) }
                .sorted { ($0.use, $0.key) < ($1.use, $1.key) }.map(\.key)
        for key in ordered {
            guard claimsLeft > 0, shares.isFree(for: .answering) else { return }
            if claim(key, .answering, at: now, settings, &claims) { answering.remove(key) }
        }
    }

    private mutating func serve(
        _ standing: AnswerRecord.Standing, at now: Timestamp, _ settings: SettingsLookup,
        _ claims: inout [DeliveryClaimRequest]
    ) {
        while claimsLeft > 0, shares.isFree(for: standing), let key = removeFirstWaiting(standing) {
            guard destinations[key]?.place == .ready(standing) else { continue }
            // One that may have no further slot waits for the end of its requests.
            if !claim(key, standing, at: now, settings, &claims) { destinations[key]?.place = .idle }
        }
    }

    private mutating func removeFirstWaiting(_ standing: AnswerRecord.Standing) -> DestinationKey? {
        switch standing {
        case .untried: untried.popFirst()
        case .hanging: hanging.popFirst()
        case .answering: nil
        }
    }

    /// Returns false when the destination may have no slot.
    private mutating func claim(
        _ key: DestinationKey, _ standing: AnswerRecord.Standing, at now: Timestamp, _ settings: SettingsLookup,
        _ claims: inout [DeliveryClaimRequest]
    ) -> Bool {
        guard let destination = destinations[key], let settings = settings(key) else { return false }
        let rivals = busy + (standing == .answering ? answering.count : 0)
        let share = shares.free(for: standing, mine: destination.inFlight, rivals: rivals)
        let wanted = min(destination.limit(at: now, settings: settings), share, claimsLeft)
        guard wanted > 0 else { return false }
        claimsLeft -= wanted
        shares.add(wanted, to: standing)
        destinations[key]?.place = .claiming
        let avoided = destination.breaker.opensAt == nil ? [] : destination.breaker.avoided
        claims.append(
            DeliveryClaimRequest(
                destination: key, limit: wanted, batch: settings.batch, avoiding: Set(avoided)))
        return true
    }

    /// Deliveries were taken; the requests with them are now under way.
    package mutating func claimed(
        _ result: DeliveryClaimResult, ordering: DestinationDispatchSettings.Ordering = .perChat,
        receiver: String? = nil, at now: Timestamp
    ) {
        let count = result.batches.count
        change(result.destination) { destination in
            destination.place = .idle
            destination.receiver = receiver ?? destination.receiver
            destination.inFlight += count
            destination.nextDue = result.nextDue
            destination.limiter?.take(count, at: now)
            destination.receiverRate.started(count, at: now)
            destination.release?.take(result.batches, at: now)
            let isEmpty = destination.nextDue == nil && destination.inFlight == 0
            if isEmpty || destination.release.map({ $0.remaining <= 0 }) == true { destination.release = nil }
            for batch in result.batches {
                if let request = RequestIdentity(batch, ordering: ordering) { destination.breaker.sent(request) }
            }
        }
        changed.append(result.destination)
    }

    /// The outbox could not be asked.
    package mutating func abandoned(_ claims: [DeliveryClaimRequest]) {
        for claim in claims {
            destinations[claim.destination]?.place = .idle
            changed.append(claim.destination)
        }
    }

    // MARK: Claims of new deliveries

    /// Takes a place for a delivery that is about to be queued. Only destinations that answer, and have nothing else to
    /// send now, get one: what is due goes first. The place ends with ``started(_:ordering:receiver:)`` or
    /// ``release(_:)``.
    /// - Returns: whether there is a place.
    package mutating func reserve(_ key: DestinationKey, settings: DestinationDispatchSettings, at now: Timestamp)
        -> Bool
    {
        guard takesNewDeliveries, settings.batch == nil, var destination = destinations[key],
            destination.answers.standing == .answering, !destination.isPaused, destination.release == nil,
            destination.breaker.opensAt == nil, destination.nextDue.map({ $0 > now }) ?? true
        else { return false }
        switch destination.place {
        case .idle, .waiting: break
        case .ready, .claiming: return false
        }
        destination.prepareLimiter(settings)
        let rivals = busy + answering.count
        guard destination.limit(at: now, settings: settings) > 0,
            shares.free(for: .answering, mine: destination.inFlight, rivals: max(rivals, 1)) > 0
        else { return false }
        change(key) { destination in
            destination.prepareLimiter(settings)
            destination.inFlight += 1
            destination.limiter?.take(1, at: now)
            destination.receiverRate.started(1, at: now)
        }
        return true
    }

    /// The request of a delivery with a place begins.
    package mutating func started(
        _ delivery: ClaimedDelivery, ordering: DestinationDispatchSettings.Ordering, receiver: String?
    ) {
        change(delivery.destination) { destination in
            destination.receiver = receiver ?? destination.receiver
            if let request = RequestIdentity([delivery], ordering: ordering) { destination.breaker.sent(request) }
        }
    }

    /// A place is not needed.
    package mutating func release(_ key: DestinationKey) {
        change(key) { $0.inFlight -= 1 }
        changed.append(key)
    }

    // MARK: Results

    /// The attempt of a request ended.
    /// - Parameter isCurrent: whether it went to the receiver that the destination has now.
    package mutating func finished(
        _ key: DestinationKey, _ batch: [ClaimedDelivery], _ result: AttemptResult,
        settings: DestinationDispatchSettings, startedAt: Timestamp, isCurrent: Bool = true, at now: Timestamp
    ) {
        if result.outcome == .failed(.localShortage) { shares.shrink() } else { shares.grow() }
        change(key) { destination in
            destination.inFlight -= 1
            guard isCurrent else {
                if let request = RequestIdentity(batch, ordering: settings.ordering) {
                    destination.breaker.ended(request, .unknown, limit: settings.maxInFlight, at: now)
                }
                return
            }
            destination.answers.ended(result, after: now - startedAt, at: now)
            let verdict = Breaker.verdict(result)
            if let request = RequestIdentity(batch, ordering: settings.ordering) {
                destination.breaker.ended(
                    request, verdict, retryAfter: result.retryAfter, limit: settings.maxInFlight, at: now)
            }
            if result.status == 429, settings.retry.respectRetryAfter {
                destination.receiverRate.refused(at: now, retryAfter: result.retryAfter)
            } else if verdict == .up {
                destination.receiverRate.accepted(at: now)
            }
        }
        changed.append(key)
    }

    /// Changes a destination and keeps account of the slots.
    private mutating func change(_ key: DestinationKey, _ body: (inout DestinationState) -> Void) {
        let (before, after) = with(key) { destination in
            let before = (standing: destination.answers.standing, inFlight: destination.inFlight)
            body(&destination)
            return (before, (standing: destination.answers.standing, inFlight: destination.inFlight))
        }
        shares.add(-before.inFlight, to: before.standing)
        shares.add(after.inFlight, to: after.standing)
        busy +=
            (after.standing == .answering && after.inFlight > 0 ? 1 : 0)
            - (before.standing == .answering && before.inFlight > 0 ? 1 : 0)
    }

    /// When there is something to do that no event reports; nil when everything waits for events. Valid after
    /// ``claims(at:settings:)``.
    package mutating func nextWake() -> Timestamp? {
        while let next = timers.first {
            if destinations[next.key]?.place == .waiting(until: next.moment) { return next.moment }
            timers.removeFirst()
        }
        return nil
    }
}
