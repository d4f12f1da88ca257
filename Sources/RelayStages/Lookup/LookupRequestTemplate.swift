internal import RelayCore

/// One request to a gateway, and how its answer is read.
struct LookupRequestTemplate: Sendable {
    /// Returns the URL; nil for a chat to which the request does not apply.
    var url: @Sendable (LookupPlaceholders) -> String?
    /// Returns the body of a POST; nil for a GET.
    var body: (@Sendable (LookupPlaceholders) -> String?)?
    var reader: DirectoryLookupAnswerReader

    func request(for chat: LookupPlaceholders, headers: [(name: String, value: String)]) -> LookupRequest? {
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
