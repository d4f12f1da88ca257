internal import RelayJSON

/// What a gateway sends outside a message's own node: the file, and the quoted message.
struct MessageNodeSupplement {
    /// The file as base64, with or without a `data:…;base64,` prefix.
    var base64: String?
    /// The URL of the gateway's copy of the file.
    var gatewayURL: String?
    /// A `contextInfo` that the gateway removed from the node.
    var context: JSONObject?

    /// Adds to `content` what the node did not contain; the node takes precedence.
    func complete(_ content: inout MessageContent) {
        let outer = MessageContext(context)
        if content.context.isEmpty { content.context = outer }
        if content.context.referral == nil { content.context.referral = outer.referral }
        if let base64 { content.media?.attach(base64: base64) }
        if let gatewayURL { content.media?.attach(gatewayURL: gatewayURL) }
    }
}
