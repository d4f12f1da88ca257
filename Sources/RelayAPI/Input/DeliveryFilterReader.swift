internal import RelayCore

/// Reads delivery filters from a query or a body, which use the same names.
extension QueryParameterReader {
    /// - Parameter states: whether `state` is permitted; if not, the caller sets the states.
    mutating func deliveryFilter(states: Bool) -> DeliveryFilter {
        var filter = DeliveryFilter()
        if states {
            filter.states = Set(choices("state", DeliveryState.allCases.map { ($0.name, $0) }))
        }
        filter.destination = text("destination").map { DestinationKey($0) }
        filter.session = id("session")
        filter.chat = id("chat").map(canonicalChat)
        if let type = text("event_type") {
            if !EventTypeCatalog.isWellFormed(type) {
                problem(
                    "event_type",
                    "is “\(type.prefix(60))”; \(SpellingSuggestion.hint(for: type, in: EventType.all.map(\.name)))")
            }
            filter.type = EventType(type)
        }
        if let event = text("event") {
            filter.event = EventID(event)
            if filter.event == nil {
                problem("event", "is “\(event.prefix(40))”; give an id such as evt_06j8m2v9c1q7t")
            }
        }
        filter.deadReason = choice("reason", DeadLetterReason.allCases.map { ($0.rawValue, $0) })
        filter.since = timestamp("since")
        filter.until = timestamp("until")
        return filter
    }

    /// The cursor; deliveries after it are older.
    mutating func cursor() -> DeliveryID? {
        guard let text = text("cursor") else { return nil }
        let id = DeliveryID(text)
        if id == nil { problem("cursor", "is none; give the `next_cursor` of the page before") }
        return id
    }
}

extension JSONFieldReader {
    /// - Throws: 422 also when no filter is given: all dead letters are selected only by `{"all": true}`.
    mutating func deadLetterFilter() throws(APIError) -> DeliveryFilter {
        var filter = DeliveryFilter(states: [.dead])
        filter.destination = string("destination").map { DestinationKey($0) }
        filter.session = string("session")
        filter.chat = string("chat").map(canonicalChat)
        filter.type = eventType("event_type")
        filter.deadReason = choice("reason", DeadLetterReason.self)
        filter.since = timestamp("since")
        filter.until = timestamp("until")
        let all = bool("all") ?? false
        try finish()
        let isChosen =
            filter.destination != nil || filter.session != nil || filter.chat != nil || filter.type != nil
            || filter.deadReason != nil || filter.since != nil || filter.until != nil
        guard isChosen != all else {
            throw .validation([
                APIError.FieldError(
                    pointer: all ? "/all" : "",
                    all
                        ? "`all` and a filter are both given; leave one out"
                        : "Say which dead letters are meant, or {\"all\": true} for every one."
                )
            ])
        }
        return filter
    }
}

/// The canonical JID of a chat; a text that is not a JID is returned unchanged.
func canonicalChat(_ text: String) -> String {
    JID(text)?.description ?? text
}
