internal import RelayCore

/// Decides which downloads run, so that no host, source or backlog takes the slots of the others. It is pure: callers
/// report what happens and carry out the decisions.
///
/// - A host that has answered lately takes a slot while it has at most three times as many as are free, so one slot in
///   eight stays free for the others, and hosts with much to do get equal numbers.
/// - A host that has not answered yet, or whose last request got no answer, takes a quarter of the slots at most, and
///   all such hosts together a half; up to three quarters for sources that have no download from such a host.
/// - A host whose breaker is open gets one probe at a time. The requests that wait for the result share it.
/// - Late files take a quarter of the slots at most, and only those that no fresh file can take. After half a minute of
///   waiting a late file counts as a fresh one.
/// - Among the requests to one host, those of the source with the fewest downloads there come first.
struct DownloadSchedule: Sendable {
    /// A request for one download.
    struct Request: Sendable, Hashable {
        /// The host and port that the request goes to.
        let host: String
        /// Identifies the file, for all its addresses and attempts.
        let file: String
        let source: String
        /// The fetch that it belongs to.
        let fetch: Int
    }

    enum Decision: Sendable, Equatable {
        case start(Int)
        /// The host does not answer; the request is not sent.
        case refuse(Int)
    }

    private struct Ticket {
        let number: Int
        let request: Request
        let since: Timestamp
    }

    private struct Host {
        var breaker = MediaHostBreaker()
        var running = 0
        var waiting = 0
    }

    private let slots: Int
    private var hosts: [String: Host] = [:]
    private var waiting: [Ticket] = []
    private var running: [Int: Ticket] = [:]
    private var lateFetches: Set<Int> = []

    /// How long a late file waits behind fresh ones.
    static let longestYield = Duration.seconds(30)
    /// The number of hosts of which more than the requests under way is remembered.
    private static let rememberedHosts = 512

    /// - Parameter slots: the number of downloads at the same time; at least one.
    init(slots: Int) {
        self.slots = max(1, slots)
    }

    /// The number of requests that wait for a slot.
    var waitingCount: Int { waiting.count }
    /// The number of hosts of which something is remembered.
    var rememberedHostCount: Int { hosts.count }
    /// The number of downloads that run.
    var runningCount: Int { running.count }

    // MARK: What happens

    /// A request wants a slot.
    /// - Parameter number: identifies the request; larger than those of all requests before.
    mutating func enqueue(_ number: Int, _ request: Request, at now: Timestamp) {
        if hosts[request.host] == nil { forgetHosts(at: now) }
        hosts[request.host, default: Host()].waiting += 1
        waiting.append(Ticket(number: number, request: request, since: now))
    }

    /// A request does not wait any more. Has no effect on one that runs or is unknown.
    mutating func withdraw(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        remove(at: index)
    }

    /// A download ended and gives its slot back.
    /// - Returns: whether its host has just become one that does not answer (true), or one that does (false); nil when
    ///   nothing changed.
    mutating func end(_ number: Int, _ verdict: MediaHostBreaker.Verdict, at now: Timestamp) -> Bool? {
        guard let ticket = running.removeValue(forKey: number) else { return nil }
        hosts[ticket.request.host]?.running -= 1
        return hosts[ticket.request.host]?.breaker.ended(number, verdict, file: ticket.request.file, at: now)
    }

    /// The priority of a fetch changed; nil: it has ended.
    mutating func setPriority(_ priority: MediaFetchPriority?, of fetch: Int) {
        if priority == .late { lateFetches.insert(fetch) } else { lateFetches.remove(fetch) }
    }

    /// Whether nobody waits for the file of a fetch.
    func isLate(_ fetch: Int) -> Bool { lateFetches.contains(fetch) }

    /// Whether a late fetch should end instead of trying these hosts again: none of them answers, and the next try comes
    /// later anyway. Late files of other hosts take its place.
    func isHopeless(_ fetch: Int, at allHosts: [String]) -> Bool {
        lateFetches.contains(fetch) && !allHosts.isEmpty
            && allHosts.allSatisfy { host in
                guard let state = hosts[host]?.breaker.state else { return false }
                return state != .closed
            }
    }

    // MARK: Decisions

    /// What is to be done now. To be called after every change.
    mutating func decide(at now: Timestamp) -> [Decision] {
        var decisions = refuse(at: now)
        while let index = next(at: now) {
            let ticket = remove(at: index)
            running[ticket.number] = ticket
            hosts[ticket.request.host]?.running += 1
            hosts[ticket.request.host]?.breaker.started(ticket.number)
            decisions.append(.start(ticket.number))
        }
        return decisions
    }

    /// Refuses the requests to hosts whose last probe failed a short time ago.
    private mutating func refuse(at now: Timestamp) -> [Decision] {
        var refused: [Decision] = []
        for index in waiting.indices.reversed() {
            guard case .open(let until)? = hosts[waiting[index].request.host]?.breaker.state, now < until else {
                continue
            }
            refused.append(.refuse(remove(at: index).number))
        }
        return refused.reversed()
    }

    /// The position of the request that gets the next slot; nil when none may have one.
    private func next(at now: Timestamp) -> Int? {
        guard running.count < slots, !waiting.isEmpty else { return nil }
        let rooms = hosts.compactMapValues { $0.waiting > 0 ? room(for: $0, at: now) : nil }
        guard !rooms.isEmpty else { return nil }
        let lateHasRoom = running.values.count { lateFetches.contains($0.request.fetch) } < quarter
        var perSource: [String: Int] = [:]
        var sourcesOfUnproven: Set<String> = []
        for request in running.values.map(\.request) {
            perSource["\(request.host) \(request.source)", default: 0] += 1
            if hosts[request.host]?.breaker.isProven(at: now) != true { sourcesOfUnproven.insert(request.source) }
        }
        var best: (index: Int, rank: Rank)?
        for (index, ticket) in waiting.enumerated() {
            guard let room = rooms[ticket.request.host], let host = hosts[ticket.request.host],
                room == .forAll || !sourcesOfUnproven.contains(ticket.request.source)
            else { continue }
            let isLate = lateFetches.contains(ticket.request.fetch)
            guard !isLate || lateHasRoom else { continue }
            let rank = Rank(
                yields: isLate && now - ticket.since < Self.longestYield,
                isSilent: host.breaker.isSilent(ticket.request.file),
                runningOfHost: host.running,
                runningOfSource: perSource["\(ticket.request.host) \(ticket.request.source)"] ?? 0,
                number: ticket.number
            )
            if best.map({ rank < $0.rank }) ?? true { best = (index, rank) }
        }
        return best?.index
    }

    private struct Rank: Comparable {
        let yields: Bool
        /// A file that got no answer before is the worst probe of its host.
        let isSilent: Bool
        let runningOfHost: Int
        let runningOfSource: Int
        let number: Int

        private var key: (Int, Int, Int, Int, Int) {
            (yields ? 1 : 0, isSilent ? 1 : 0, runningOfHost, runningOfSource, number)
        }

        static func < (left: Rank, right: Rank) -> Bool { left.key < right.key }
    }

    private var quarter: Int { max(1, slots / 4) }

    private enum Room {
        case forAll
        /// For sources that have no download from a host that has not answered.
        case forNewSources
    }

    /// Who may take a slot for a host; nil: nobody.
    private func room(for host: Host, at now: Timestamp) -> Room? {
        let free = slots - running.count
        if host.breaker.isProven(at: now) { return host.running <= 3 * free ? .forAll : nil }
        let others = hosts.values.filter { !$0.breaker.isProven(at: now) && $0.running > 0 }
        switch host.breaker.state {
        case .probing: return nil
        case .open:
            let probes = others.count { $0.breaker.state != .closed }
            guard probes < quarter else { return nil }
        case .closed:
            guard host.running < quarter else { return nil }
        }
        // A host that held more when it stopped answering is not counted with more than it may have now.
        let taken = others.reduce(0) { $0 + min($1.running, quarter) }
        if taken < max(1, slots / 2) { return .forAll }
        return taken < slots * 3 / 4 ? .forNewSources : nil
    }

    // MARK: Bookkeeping

    @discardableResult
    private mutating func remove(at index: Int) -> Ticket {
        let ticket = waiting.remove(at: index)
        hosts[ticket.request.host]?.waiting -= 1
        return ticket
    }

    /// Names come from messages: hosts of which nothing has to be known are forgotten, and when there are too many, so
    /// are others without requests.
    private mutating func forgetHosts(at now: Timestamp) {
        guard hosts.count >= Self.rememberedHosts else { return }
        hosts = hosts.filter { $0.value.running + $0.value.waiting > 0 || !$0.value.breaker.isForgettable(at: now) }
        guard hosts.count >= Self.rememberedHosts else { return }
        hosts = hosts.filter { $0.value.running + $0.value.waiting > 0 }
    }
}
