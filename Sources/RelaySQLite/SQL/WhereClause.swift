internal import RelayCore

/// The WHERE clause of a query whose terms are chosen at run time.
struct WhereClause {
    private var terms: [String] = []
    private(set) var values: [SQLValue] = []

    mutating func add(_ term: String, _ values: SQLValue...) { add(term, values) }

    mutating func add(_ term: String, _ values: [SQLValue]) {
        terms.append(term)
        self.values += values
    }

    /// `column = value`, where there is a value.
    mutating func match(_ column: String, _ value: String?) {
        if let value { add("\(column) = ?", .text(value)) }
    }

    /// Any of the columns has the text in it, in any case of ASCII letters.
    mutating func search(_ columns: [String], _ text: String?) {
        guard let text, !text.isEmpty else { return }
        let pattern = "%" + text.flatMap { "\\%_".contains($0) ? ["\\", $0] : [$0] } + "%"
        terms.append("(" + columns.map { "\($0) LIKE ? ESCAPE '\\'" }.joined(separator: " OR ") + ")")
        values += columns.map { _ in .text(pattern) }
    }

    /// `WHERE …`, or nothing.
    var clause: String { terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ") }
}

extension WhereClause {
    init(_ filter: DeliveryFilter) {
        if !filter.states.isEmpty {
            // Written out, not bound: partial indexes are chosen by the text.
            let states = filter.states.map(\.rawValue).sorted()
            add(
                states.count == 1
                    ? "state = \(states[0])" : "state IN (\(states.map(String.init).joined(separator: ", ")))")
        }
        match("destination", filter.destination?.text)
        match("session", filter.session)
        match("chat", filter.chat)
        match("type", filter.type?.name)
        if let event = filter.event { add("event_id = ?", .int(event.rawValue)) }
        match("reason", filter.deadReason?.rawValue)
        if let since = filter.since { add("created_at >= ?", .int(since.milliseconds)) }
        if let until = filter.until { add("created_at < ?", .int(until.milliseconds)) }
    }

    /// On messages `m` and their chats `c`.
    init(_ query: HistoryMessageQuery) {
        match("c.session", query.session)
        match("c.id", query.chat)
        match("m.type", query.type)
        if let isOutbound = query.isOutbound { add("m.outbound = ?", SQLValue(isOutbound)) }
        if let since = query.since { add("m.timestamp >= ?", .int(since.milliseconds)) }
        if let until = query.until { add("m.timestamp < ?", .int(until.milliseconds)) }
    }
}
