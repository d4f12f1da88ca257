internal import RelayJSON

/// What a gateway tells beside a message's own node: the file, and what the message quotes.
struct MessageExtras {
    /// The file, with or without `data:…;base64,` before it.
    var base64: String?
    /// Where the gateway keeps a copy of the file.
    var gatewayURL: String?
    /// A `contextInfo` that was taken out of the node.
    var context: JSONObject?

    /// Completes what the node told; the node's own word wins.
    func complete(_ content: inout MessageContent) {
        if content.context.isEmpty { content.context = MessageContext(context) }
        if let base64 { content.media?.attach(base64: base64) }
        if let gatewayURL { content.media?.attach(gatewayURL: gatewayURL) }
    }
}
