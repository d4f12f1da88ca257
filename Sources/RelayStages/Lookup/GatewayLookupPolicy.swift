internal import RelayCore
internal import RelayJSON

/// Decides when a gateway is asked about a chat, and applies its answer.
struct GatewayLookupPolicy: Sendable {
    let route: ConfiguredLookupEndpoint
    private let cache: Duration
    private let negativeCache: Duration
    private let wantsNames: Bool
    private let wantsPictures: Bool
    private let tellsPhones: Bool

    init(_ options: LookupOptions, names: Bool, pictures: Bool) {
        route = ConfiguredLookupEndpoint(options, names: names, pictures: pictures)
        cache = options.cache
        negativeCache = options.negativeCache
        wantsNames = names
        wantsPictures = pictures
        tellsPhones = options.preset == .waha || options.phone != nil
    }

    /// Whether the event must wait for an answer.
    func isNeeded(
        _ entry: ChatDirectoryEntry,
        for payload: JSONObject,
        from gateways: any GatewayDirectoryLookup,
        clock: any RelayClock
    ) -> Bool {
        // A history contains names, and more chats at once than a gateway should be asked about.
        payload["history"]?.bool != true && isDue(entry, for: payload, clock: clock)
            && gateways.mayLookUp(entry.key, at: route) && !route.requests(for: entry.key).isEmpty
    }

    /// Whether a lookup is due.
    private func isDue(_ entry: ChatDirectoryEntry, for payload: JSONObject, clock: any RelayClock) -> Bool {
        let (hasName, hasPicture) = (payload.has(entry.nameFields), payload.has(entry.pictureFields))
        // A receipt has fields for neither.
        guard (wantsNames && hasName) || (wantsPictures && hasPicture) else { return false }
        let lacks =
            (wantsNames && hasName && entry.name == nil && payload.tells(entry.nameFields) == nil)
            || (wantsPictures && hasPicture && payload.tells(entry.pictureFields) == nil
                && entry.lacksPicture(at: clock.wall))
            || (tellsPhones && entry.isHidden)
        guard let checkedAt = entry.checkedAt else { return lacks }
        let age = clock.now - checkedAt
        // A check in the future was recorded with a wrong clock.
        return age < .zero || age >= (lacks ? negativeCache : cache)
    }

    /// Asks the gateway and continues with the event: with the answer, or with the known data when there is none.
    func work(_ entry: ChatDirectoryEntry, _ gateways: any GatewayDirectoryLookup, then fill: @escaping Filling)
        -> DeferredStageWork
    {
        let (key, route) = (entry.key, route)
        return DeferredStageWork {
            let answer = await gateways.lookUp(key, at: route)
            return { (draft, context) throws(StageError) in
                // Other events may have updated the directory meanwhile.
                var known = ChatDirectoryEntry(key, isGroup: JID(key.id)?.isGroup == true, in: context.directory).laid(
                    over: entry)
                if let answer { draft.records += known.learn(answer, clock: context.clock) }
                fill(&draft, known, context)
                return .next
            }
        }
    }

    typealias Filling = @Sendable (inout PipelineEvent, ChatDirectoryEntry, StageContext) -> Void
}

extension JSONObject {
    /// Whether the event has one of these fields.
    fileprivate func has(_ fields: [String]) -> Bool { fields.contains(where: contains) }

    /// The value of the first of these fields that is not empty.
    fileprivate func tells(_ fields: [String]) -> String? {
        fields.lazy.compactMap { self[$0]?.string }.first { !$0.isEmpty }
    }
}
