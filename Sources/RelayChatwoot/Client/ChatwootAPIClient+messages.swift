internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// Conversations and messages.
extension ChatwootAPIClient {
    /// The contact's conversations in an inbox, the latest activity first. Chatwoot returns at most 20 over all
    /// inboxes.
    func conversations(of contact: Int64, in inbox: Int64) async throws(ChatwootError) -> [ChatwootConversationResponse]
    {
        let answer = try await call("GET", "/contacts/\(contact)/conversations")
        return (answer["payload"]?.array ?? []).compactMap { ChatwootConversationResponse($0) }
            .filter { $0.inbox == inbox }
            .sorted { $0.lastActivity > $1.lastActivity }
    }

    func conversation(_ id: Int64) async throws(ChatwootError) -> ChatwootConversationResponse {
        try record(ChatwootConversationResponse(try await call("GET", "/conversations/\(id)")), "a conversation")
    }

    /// Creates a conversation. In an inbox that is locked to a single conversation, it returns the existing one.
    func createConversation(
        contact: Int64, source: String, inbox: Int64, session: String
    ) async throws(ChatwootError) -> ChatwootConversationResponse {
        let body: JSONObject = [
            "source_id": .string(source), "inbox_id": .int(inbox), "contact_id": .int(contact),
            "custom_attributes": ["wa_session": .string(session)],
        ]
        return try record(
            ChatwootConversationResponse(try await call("POST", "/conversations", body)), "a conversation")
    }

    func createMessage(_ body: JSONObject, in conversation: Int64) async throws(ChatwootError)
        -> ChatwootMessageResponse
    {
        try record(
            ChatwootMessageResponse(try await call("POST", "/conversations/\(conversation)/messages", body)),
            "a message")
    }

    func createMessage(_ form: MultipartFormBody, in conversation: Int64) async throws(ChatwootError)
        -> ChatwootMessageResponse
    {
        try record(
            ChatwootMessageResponse(try await post("/conversations/\(conversation)/messages", form: form)), "a message")
    }

    /// Up to 100 messages after a message, oldest first.
    func messages(in conversation: Int64, after id: Int64) async throws(ChatwootError) -> [ChatwootMessageResponse] {
        try await messages("/conversations/\(conversation)/messages?after=\(id)")
    }

    /// Up to 20 messages before a message, oldest first; nil: the latest messages.
    func messages(in conversation: Int64, before id: Int64?) async throws(ChatwootError) -> [ChatwootMessageResponse] {
        try await messages("/conversations/\(conversation)/messages" + (id.map { "?before=\($0)" } ?? ""))
    }

    private func messages(_ path: String) async throws(ChatwootError) -> [ChatwootMessageResponse] {
        (try await call("GET", path)["payload"]?.array ?? []).compactMap { ChatwootMessageResponse($0) }
    }

    func setStatus(
        _ status: String, error: String? = nil, of message: Int64, in conversation: Int64
    ) async throws(ChatwootError) {
        var body: JSONObject = ["status": .string(status)]
        if let error { body["external_error"] = .string(error) }
        _ = try await call("PATCH", "/conversations/\(conversation)/messages/\(message)", body)
    }

    func deleteMessage(_ message: Int64, in conversation: Int64) async throws(ChatwootError) {
        _ = try await call("DELETE", "/conversations/\(conversation)/messages/\(message)")
    }

    /// Shows or hides the typing indicator of the contact.
    func setTyping(
        _ isTyping: Bool, source: String, conversation: Int64, inInbox identifier: String
    ) async throws(ChatwootError) {
        _ = try await callPublic(
            identifier, "POST", "/contacts/\(source)/conversations/\(conversation)/toggle_typing",
            ["typing_status": isTyping ? "on" : "off"])
    }
}
