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

    /// The column has any id of the chat: the other spelling of a phone number, a hidden identity of the phone, or the
    /// phone of a hidden identity. Rows that were written before the identity was known have the other id.
    mutating func match(chat: String?, _ column: String, _ session: String?, in database: SQLConnection) throws {
        guard let chat else { return }
        let phones = try ChatIDRules.isLID(chat) ? Self.phones(ofLID: chat, session, database) : [chat]
        var ids = Set([chat] + phones.flatMap(ChatIDRules.spellings))
        for phone in ids where !ChatIDRules.isLID(phone) {
            let lids = try database.prepared(
                "SELECT lid FROM identities WHERE phone = ?1 AND session = ifnull(?2, session)"
            ).all([.text(phone), SQLValue(session)]) { $0.text(0) }
            ids.formUnion(lids)
        }
        add("\(column) IN (\(ids.map { _ in "?" }.joined(separator: ", ")))", ids.sorted().map { .text($0) })
    }

    private static func phones(ofLID lid: String, _ session: String?, _ database: SQLConnection) throws -> [String] {
        try database.prepared(
            "SELECT phone FROM identities WHERE lid = ?1 AND session = ifnull(?2, session) AND phone IS NOT NULL"
        ).all([.text(lid), SQLValue(session)]) { $0.text(0) }
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
    /// - Throws: when the ids of the chat cannot be read.
    init(_ filter: DeliveryFilter, in database: SQLConnection) throws {
        if !filter.states.isEmpty {
            // Written out, not bound: partial indexes are chosen by the text.
            let states = filter.states.map(\.rawValue).sorted()
            add(
                states.count == 1
                    ? "state = \(states[0])" : "state IN (\(states.map(String.init).joined(separator: ", ")))")
        }
        match("destination", filter.destination?.text)
        match("session", filter.session)
        try match(chat: filter.chat, "chat", filter.session, in: database)
        match("type", filter.type?.name)
        if let event = filter.event { add("event_id = ?", .int(event.rawValue)) }
        match("reason", filter.deadReason?.rawValue)
        if let since = filter.since { add("created_at >= ?", .int(since.milliseconds)) }
        if let until = filter.until { add("created_at < ?", .int(until.milliseconds)) }
    }

    /// On messages `m` and their chats `c`.
    init(_ query: HistoryMessageQuery, in database: SQLConnection) throws {
        match("c.session", query.session)
        try match(chat: query.chat, "c.id", query.session, in: database)
        match("m.type", query.type)
        if let isOutbound = query.isOutbound { add("m.outbound = ?", SQLValue(isOutbound)) }
        if let since = query.since { add("m.timestamp >= ?", .int(since.milliseconds)) }
        if let until = query.until { add("m.timestamp < ?", .int(until.milliseconds)) }
    }
}
