internal import RelayJSON

extension MessageContent {
    /// The content of a message that the gateway announces without its content.
    /// - Parameters:
    ///   - told: what the gateway says about it: an error of the decryption (`Message absent from node`), or the kind of
    ///     message that only the phone has (`view_once`); nil when it says nothing.
    ///   - isViewOnce: whether it is known to be a view-once message.
    static func missing(told: String?, isViewOnce: Bool = false) -> MessageContent {
        guard isViewOnce || told == "view_once" else { return .unsupported(.undecryptable, detail: told) }
        var content = unsupported(.viewOnceUnavailable)
        content.isMarkedViewOnce = isViewOnce
        return content
    }
}
