package import RelayJSON

/// The people whom an event names besides its chat and its author: a caller, a group's owner, its members and who changed
/// them, and those who are mentioned or quoted.
extension LIDResolver {
    /// The fields with one person each, and the field that keeps the hidden identity beside the phone.
    private static let single = [("from", "chatLid"), ("owner", "ownerLid"), ("author", "authorLid")]
    /// The fields with lists of people: objects with `id` and `lid`.
    private static let lists = ["participants", "mentions"]

    /// The hidden identities of these people.
    package static func namedLIDs(in payload: JSONObject) -> [String] {
        var lids: [String] = []
        func add(_ person: JSON?) {
            if case .string(let id) = person, ChatIDRules.isLID(id) { lids.append(id) }
        }
        for (field, _) in single { add(payload[field]) }
        if let quoted = payload["quoted"] { add(quoted["participant"]) }
        for field in lists {
            guard case .array(let people) = payload[field] else { continue }
            for person in people { add(person["id"]) }
        }
        return lids
    }

    /// Replaces the hidden identities of these people by the phones that are known to be behind them.
    static func resolveNamed(in payload: inout JSONObject, phone: (_ lid: String) throws -> String?) rethrows {
        for (field, lidField) in single {
            guard let lid = payload[field]?.string, ChatIDRules.isLID(lid), let known = try phone(lid) else { continue }
            payload[field] = .string(known)
            if payload[lidField]?.string == nil { payload[lidField] = .string(lid) }
        }
        if var quoted = payload["quoted"]?.object, let lid = quoted["participant"]?.string, ChatIDRules.isLID(lid),
            let known = try phone(lid)
        {
            quoted["participant"] = .string(known)
            quoted["participantLid"] = .string(lid)
            payload["quoted"] = .object(quoted)
        }
        for field in lists {
            guard var people = payload[field]?.array else { continue }
            var isChanged = false
            for index in people.indices {
                guard var person = people[index].object, let lid = person["id"]?.string, ChatIDRules.isLID(lid),
                    let known = try phone(lid)
                else { continue }
                person["id"] = .string(known)
                person["lid"] = .string(lid)
                if person.contains("phone") { person["phone"] = JID(known)?.phone.map(JSON.string) ?? .null }
                people[index] = .object(person)
                isChanged = true
            }
            if isChanged { payload[field] = .array(people) }
        }
    }
}
