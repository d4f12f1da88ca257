internal import RelayConfig
internal import RelayCore

extension EventCriteria {
    /// The criteria as the configuration writes them.
    var summary: String {
        var parts: [String] = []
        if let chats { parts.append("chats: [\(chats.map(\.rawValue).joined(separator: ", "))]") }
        if let fromMe { parts.append("from_me: \(fromMe)") }
        if let types { parts.append("types: [\(types.joined(separator: ", "))]") }
        if !history { parts.append("history: false") }
        if let maxAge { parts.append("max_age: \(maxAge.written)") }
        return "{ \(parts.joined(separator: ", ")) }"
    }
}
