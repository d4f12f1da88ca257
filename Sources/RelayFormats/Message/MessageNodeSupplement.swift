internal import RelayJSON

/// What a gateway sends outside a message's own node: the file, and the quoted message.
struct MessageNodeSupplement {
    /// The file itself; see ``EmbeddedFileReader``.
    var file: JSON?
    /// The URL of the gateway's copy of the file.
    var gatewayURL: String?
    /// A `contextInfo` that the gateway removed from the node.
    var context: JSONObject?

    /// Adds to `content` what the node did not contain; the node takes precedence.
    func complete(_ content: inout MessageContent) {
        if let context {
            let outer = MessageContext(context)
            if content.context.isEmpty { content.context = outer }
            if content.context.referral == nil { content.context.referral = outer.referral }
        }
        if let file { content.media?.attach(file: file) }
        if let gatewayURL { content.media?.attach(gatewayURL: gatewayURL) }
    }
}

extension JSONObject {
    /// The value of the first of these members that has one: neither null nor an empty text.
    func embeddedFile(_ names: String...) -> JSON? {
        names.lazy.compactMap { self[$0] }.first { $0 != .null && $0.string?.isEmpty != true }
    }
}
