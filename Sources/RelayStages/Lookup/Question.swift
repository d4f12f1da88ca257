internal import RelayCore

/// One question to a gateway, and how its answer is read.
struct Question: Sendable {
    /// Nil for a chat that it is not about.
    var url: @Sendable (ChatValues) -> String?
    /// What is posted; nil: a GET.
    var body: (@Sendable (ChatValues) -> String?)?
    var reader: AnswerReader

    func request(for chat: ChatValues, headers: [(name: String, value: String)]) -> LookupRequest? {
        guard let url = url(chat) else { return nil }
        var bytes: [UInt8]?
        if let body {
            guard let text = body(chat) else { return nil }
            bytes = Array(text.utf8)
        }
        let (reader, id) = (reader, chat.chat)
        return LookupRequest(url: url, headers: headers, body: bytes) { reader.read($0, about: id) }
    }
}
