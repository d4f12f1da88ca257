internal import RelayCore
internal import RelayJSON

/// Inboxes and contacts.
extension ChatwootAPIClient {
    func inbox(_ id: Int) async throws(ChatwootError) -> ChatwootInboxResponse {
        try record(ChatwootInboxResponse(try await call("GET", "/inboxes/\(id)")), "an inbox")
    }

    func inboxes() async throws(ChatwootError) -> [ChatwootInboxResponse] {
        (try await call("GET", "/inboxes")["payload"]?.array ?? []).compactMap { ChatwootInboxResponse($0) }
    }

    func createInbox(named name: String, webhookURL: String?) async throws(ChatwootError) -> ChatwootInboxResponse {
        var channel: JSONObject = ["type": "api"]
        if let webhookURL { channel["webhook_url"] = .string(webhookURL) }
        let body: JSONObject = [
            "name": .string(name), "lock_to_single_conversation": true, "channel": .object(channel),
        ]
        return try record(ChatwootInboxResponse(try await call("POST", "/inboxes", body)), "an inbox")
    }

    /// The contacts that have one of the numbers or identifiers.
    func contacts(phones: [String], identifiers: [String]) async throws(ChatwootError) -> [ChatwootContactResponse] {
        let clauses =
            phones.map { ("phone_number", String($0.drop { $0 == "+" })) } + identifiers.map { ("identifier", $0) }
        guard !clauses.isEmpty else { return [] }
        // One clause for each value: Chatwoot uses only the first of `values`. The operator connects to the next
        // clause.
        let payload = clauses.enumerated().map { index, clause -> JSON in
            [
                "attribute_key": .string(clause.0), "filter_operator": "equal_to", "values": [.string(clause.1)],
                "query_operator": index < clauses.count - 1 ? "OR" : .null,
            ]
        }
        let answer = try await call("POST", "/contacts/filter?page=1", ["payload": .array(payload)])
        return (answer["payload"]?.array ?? []).compactMap { ChatwootContactResponse($0) }
    }

    /// Finds or creates a contact by its `source_id` in the inbox. Safe when another client does the same at once.
    func contact(_ body: JSONObject, inInbox identifier: String) async throws(ChatwootError) -> Int64 {
        let answer = try await callPublic(identifier, "POST", "/contacts", body)
        return try record(answer["id"]?.int, "a contact's id")
    }

    func createContact(_ body: JSONObject, inbox: Int64) async throws(ChatwootError) -> ChatwootContactResponse {
        var body = body
        body["inbox_id"] = .int(inbox)
        let answer = try await call("POST", "/contacts", body)
        return try record(answer["payload"]?["contact"].flatMap { ChatwootContactResponse($0) }, "a contact")
    }

    func updateContact(_ id: Int64, _ body: JSONObject) async throws(ChatwootError) {
        _ = try await call("PATCH", "/contacts/\(id)", body)
    }

    func contact(_ id: Int64) async throws(ChatwootError) -> ChatwootContactResponse {
        let answer = try await call("GET", "/contacts/\(id)")
        return try record(ChatwootContactResponse(answer["payload"] ?? answer), "a contact")
    }

    /// Sets the `source_id` of a contact in an inbox.
    func bind(_ contact: Int64, to inbox: Int64, as source: String) async throws(ChatwootError) {
        _ = try await call(
            "POST", "/contacts/\(contact)/contact_inboxes", ["inbox_id": .int(inbox), "source_id": .string(source)])
    }

    /// Merges two contacts; the base contact remains.
    func merge(_ mergee: Int64, into base: Int64) async throws(ChatwootError) {
        _ = try await call(
            "POST", "/actions/contact_merge", ["base_contact_id": .int(base), "mergee_contact_id": .int(mergee)])
    }

    func removeAvatar(of contact: Int64) async throws(ChatwootError) {
        _ = try await call("DELETE", "/contacts/\(contact)/avatar")
    }

    func record<Record>(_ record: Record?, _ what: String) throws(ChatwootError) -> Record {
        guard let record else {
            throw ChatwootError(
                code: .transient, status: 200,
                message: "The answer is not \(what); url: must be Chatwoot's own URL")
        }
        return record
    }
}
