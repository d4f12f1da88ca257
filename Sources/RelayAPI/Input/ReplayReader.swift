internal import RelayCore

/// The body of `POST /api/v1/replays`.
struct ReplayRequestBody {
    var selection: ReplaySelection
    var rate: RateLimit
    var isDryRun: Bool
    /// The number of deliveries that a dry run returns.
    var examples: Int

    static let maxEvents = 100
    static let defaultRate = RateLimit(count: 50, per: .seconds(1))
    /// The maximum rate, in deliveries or events per second.
    static let maxRate = 5000
}

extension JSONFieldReader {
    /// Reads a replay. Errors are reported by ``finish()``; invalid values are left out.
    mutating func replay(now: Timestamp) -> ReplayRequestBody {
        var selection = ReplaySelection(from: choice("from", ReplaySelection.StartPoint.self) ?? .deliver)
        selection.since = pastMoment("since", now: now)
        selection.until = pastMoment("until", now: now)
        if let since = selection.since, let until = selection.until, until <= since {
            problem("until", "is not after `since`")
        }
        selection.session = string("session")
        selection.chat = string("chat").map(canonicalChat)
        selection.type = eventType("event_type")
        selection.source = string("source")
        selection.pipeline = string("pipeline")
        selection.events = replayEvents()
        selection.destinations = destinations("destinations")
        if let states = states("states") {
            selection.states = states
            if selection.from == .start { problem("states", "chooses deliveries, which `from: deliver` sends again") }
        }
        // An accidentally empty selection would send everything again.
        if !["since", "events"].contains(where: { has($0) && !isNull($0) }) {
            problem("since", "is missing; give a moment, an age such as 2h, or `events`")
        }
        return ReplayRequestBody(
            selection: selection,
            rate: rate("rate") ?? ReplayRequestBody.defaultRate,
            isDryRun: bool("dry_run") ?? false,
            examples: int("examples", in: 0...50) ?? 5
        )
    }

    private mutating func replayEvents() -> [EventID] {
        let texts =
            strings("events") {
                EventID($0) == nil ? "is “\($0.prefix(40))”; give an id such as evt_06j8m2v9c1q7t" : nil
            } ?? []
        if texts.isEmpty && has("events") && !isNull("events") {
            problem("events", "names no event; leave it out for all")
        }
        if texts.count > ReplayRequestBody.maxEvents {
            problem(
                "events",
                "has \(texts.count) ids; up to \(ReplayRequestBody.maxEvents) are taken, or `since` and `until`")
        }
        return texts.compactMap { EventID($0) }
    }

    private mutating func destinations(_ name: String) -> [DestinationKey] {
        let names = strings(name) { $0.isEmpty || $0.contains("\n") ? "is no name" : nil }
        if let names, names.isEmpty { problem(name, "names none; leave it out for all") }
        if let names, names.count > 100 { problem(name, "has \(names.count) entries; up to 100 are taken") }
        return (names ?? []).map { DestinationKey($0) }
    }

    private mutating func states(_ name: String) -> Set<DeliveryState>? {
        let allowed: [DeliveryState] = [.delivered, .dead, .cancelled]
        let states = strings(name) { text in
            if allowed.contains(where: { $0.name == text }) { return nil }
            return "is “\(text.prefix(40))”; \(SpellingSuggestion.hint(for: text, in: allowed.map(\.name)))"
        }
        guard let states else { return nil }
        if states.isEmpty { problem(name, "names none; leave it out for delivered and dead") }
        return Set(states.compactMap { DeliveryState(name: $0) })
    }

    mutating func rate(_ name: String) -> RateLimit? {
        guard let text = string(name) else { return nil }
        guard let rate = RateLimit(text) else {
            problem(name, "is “\(text.prefix(40))”; write for example 50/s, 600/m or 1000/h")
            return nil
        }
        guard Int64(rate.count) <= Int64(ReplayRequestBody.maxRate) * rate.per.milliseconds / 1000 else {
            problem(name, "is “\(text.prefix(40))”; \(ReplayRequestBody.maxRate)/s is the highest")
            return nil
        }
        return rate
    }
}
