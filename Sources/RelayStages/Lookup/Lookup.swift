internal import RelayCore
internal import RelayJSON

/// When a gateway is asked about a chat, and what becomes of its answer.
struct Lookup: Sendable {
    let route: GatewayRoute
    private let cache: Duration
    private let negativeCache: Duration
    private let wantsNames: Bool
    private let wantsPictures: Bool
    private let tellsPhones: Bool

    init(_ options: LookupOptions, names: Bool, pictures: Bool) {
        route = GatewayRoute(options, names: names, pictures: pictures)
        cache = options.cache
        negativeCache = options.negativeCache
        wantsNames = names
        wantsPictures = pictures
        tellsPhones = options.preset == .waha || options.phone != nil
    }

    /// Whether the event is to wait for an answer.
    func isNeeded(
        _ entry: DirectoryEntry,
        for payload: JSONObject,
        from gateways: any GatewayDirectory,
        clock: any RelayClock
    ) -> Bool {
        // Names come along with a history, and it has more chats at once than a gateway should be asked about.
        payload["history"]?.bool != true && isDue(entry, for: payload, clock: clock)
            && gateways.mayLookUp(entry.key, at: route) && !route.requests(for: entry.key).isEmpty
    }

    /// Whether it is time to ask.
    private func isDue(_ entry: DirectoryEntry, for payload: JSONObject, clock: any RelayClock) -> Bool {
        let (hasName, hasPicture) = (payload.has(entry.nameFields), payload.has(entry.pictureFields))
        // A receipt has no place for either.
        guard (wantsNames && hasName) || (wantsPictures && hasPicture) else { return false }
        let lacks =
            (wantsNames && hasName && entry.name == nil && payload.tells(entry.nameFields) == nil)
            || (wantsPictures && hasPicture && payload.tells(entry.pictureFields) == nil
                && entry.lacksPicture(at: clock.wall))
            || (tellsPhones && entry.isHidden)
        guard let checkedAt = entry.checkedAt else { return lacks }
        let age = clock.now - checkedAt
        // A check in the future is one by a clock that was wrong.
        return age < .zero || age >= (lacks ? negativeCache : cache)
    }

    /// Asks, and goes on with the event: with the answer, or with what is known without it.
    func work(_ entry: DirectoryEntry, _ gateways: any GatewayDirectory, then fill: @escaping Filling) -> StageWork {
        let (key, route) = (entry.key, route)
        return StageWork {
            let answer = await gateways.lookUp(key, at: route)
            return { (draft, context) throws(StageError) in
                // Others may have learned something meanwhile.
                var known = DirectoryEntry(key, in: context.directory).laid(over: entry)
                if let answer { draft.records += known.learn(answer, clock: context.clock) }
                fill(&draft, known, context)
                return .next
            }
        }
    }

    typealias Filling = @Sendable (inout EventDraft, DirectoryEntry, StageContext) -> Void
}

extension JSONObject {
    /// Whether the event has a place for one of these.
    fileprivate func has(_ fields: [String]) -> Bool { fields.contains(where: contains) }

    /// What the event itself tells.
    fileprivate func tells(_ fields: [String]) -> String? {
        fields.lazy.compactMap { self[$0]?.string }.first { !$0.isEmpty }
    }
}
