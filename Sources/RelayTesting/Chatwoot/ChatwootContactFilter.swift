internal import RelayJSON

/// `POST contacts/filter`: clauses joined like in SQL, `AND` before `OR`.
extension ChatwootDoubleState {
    private struct Clause {
        let key: String
        let filterOperator: String
        let values: [JSON]
        let joinsByAnd: Bool?

        /// The value that Chatwoot compares with: only the first one, in lower case; a phone number with its plus.
        var value: String? {
            guard let text = ChatwootDoubleRequest.text(values.first) else { return nil }
            guard key != "phone_number" else { return "+" + text.filter { $0 != "+" } }
            return text.lowercased()
        }
    }

    private static let operators: [String: [String]] = [
        "name": ["equal_to", "not_equal_to", "contains", "does_not_contain"],
        "phone_number": ["equal_to", "not_equal_to", "contains", "does_not_contain", "starts_with"],
        "email": ["equal_to", "not_equal_to", "contains", "does_not_contain"],
        "identifier": ["equal_to", "not_equal_to"],
        "blocked": ["equal_to", "not_equal_to"],
        "city": ["equal_to", "not_equal_to", "contains", "does_not_contain"],
        "country_code": ["equal_to", "not_equal_to"],
    ]

    mutating func filterContacts(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        guard let payload = call.parameters["payload"]?.array else { throw .exception }
        var clauses: [Clause] = []
        for item in payload { clauses.append(try clause(item, account: call.accountID)) }
        // SQL with a missing or an additional operator.
        for (index, clause) in clauses.enumerated()
        where (clause.joinsByAnd == nil) != (index == clauses.count - 1) { throw .exception }

        var found: Set<Int> = []
        var group: Set<Int>?
        for clause in clauses {
            let ids = matches(clause, account: call.accountID)
            group = group?.intersection(ids) ?? ids
            if clause.joinsByAnd != true {
                found.formUnion(group ?? [])
                group = nil
            }
        }
        if clauses.isEmpty { found = Set(resolvedContacts(account: call.accountID).map(\.id)) }
        let rows = found.compactMap { contacts[$0] }.filter { $0.isResolved(onlyLeads: options.showsOnlyLeads) }
        return page(of: rows.sorted { $0.id < $1.id }, call, count: rows.count)
    }

    private func clause(_ item: JSON, account: Int) throws(ChatwootDoubleRefusalError) -> Clause {
        let key = item["attribute_key"]?.string ?? ""
        let filterOperator = item["filter_operator"]?.string ?? ""
        let isDefined = attributeDefinitions[account]?.contains(key) ?? false
        guard let allowed = Self.operators[key] ?? (isDefined ? ["equal_to", "not_equal_to"] : nil) else {
            let keys = Self.operators.keys.sorted().joined(separator: ",")
            throw .unprocessable(
                "Invalid attribute key - [\(key)]. The key should be one of [\(keys)] "
                    + "or a custom attribute defined in the account."
            )
        }
        let presence = ["is_present", "is_not_present"]
        guard (allowed + presence).contains(filterOperator) else {
            let names = allowed.joined(separator: ",")
            throw .unprocessable("Invalid operator. The allowed operators for \(key) are [\(names)].")
        }
        let values = item["values"]?.array ?? []
        if values.isEmpty, !presence.contains(filterOperator) {
            throw .unprocessable("Invalid value. The values provided for \(key) are invalid")
        }
        let join = item["query_operator"]?.string?.uppercased()
        if let join, join != "AND", join != "OR" {
            throw .unprocessable("Query operator must be either \"AND\" or \"OR\".")
        }
        return Clause(key: key, filterOperator: filterOperator, values: values, joinsByAnd: join.map { $0 == "AND" })
    }

    private func matches(_ clause: Clause, account: Int) -> Set<Int> {
        if clause.filterOperator == "equal_to", let value = clause.value {
            switch clause.key {
            case "phone_number": return contacts.ids(phone: value, account: account)
            case "identifier": return contacts.ids(identifierInAnyCase: value, account: account)
            case "email": return contacts.ids(email: value, account: account)
            default: break
            }
        }
        let rows = contacts.rows.values.filter { $0.accountID == account }
        return Set(rows.filter { matches(clause, $0) }.map(\.id))
    }

    private func matches(_ clause: Clause, _ contact: Double.Contact) -> Bool {
        let stored = Self.value(of: clause.key, in: contact)
        let value = stored.map { clause.key == "phone_number" ? $0 : $0.lowercased() }
        let texts = clause.values.compactMap { ChatwootDoubleRequest.text($0)?.trimmed.lowercased() }
        switch clause.filterOperator {
        case "equal_to": return value != nil && value == clause.value
        case "not_equal_to": return value != nil && value != clause.value
        case "contains": return value.map { value in texts.contains { value.contains($0) } } ?? false
        case "does_not_contain": return value.map { value in !texts.contains { value.contains($0) } } ?? false
        case "starts_with": return value.map { $0.hasPrefix(clause.value ?? "") } ?? false
        case "is_present": return value != nil
        case "is_not_present": return value == nil
        default: return false
        }
    }

    private static func value(of key: String, in contact: Double.Contact) -> String? {
        switch key {
        case "name": contact.name
        case "phone_number": contact.phoneNumber
        case "email": contact.email
        case "identifier": contact.identifier
        case "blocked": contact.isBlocked ? "true" : "false"
        case "city", "country_code": ChatwootDoubleRequest.text(contact.additionalAttributes[key])
        default: ChatwootDoubleRequest.text(contact.customAttributes[key])
        }
    }
}
