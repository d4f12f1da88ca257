internal import RelayConfig
package import RelayCore

/// What happens to a resolved conversation when its contact writes again.
package enum ConversationReopenPolicy: Sendable, Hashable, CustomStringConvertible {
    /// The message is added to the conversation, and Chatwoot reopens it.
    case always
    /// Like `always` for this time after the last activity, then like `never`.
    case within(Duration)
    /// The message opens a new conversation.
    case never

    /// Whether a message is added to a resolved conversation instead of opening a new one.
    /// - Parameters:
    ///   - lastActivity: the time of the conversation's last activity.
    ///   - isLocked: whether the inbox is locked to a single conversation, so that a new one is never opened.
    package func reuses(lastActivity: Timestamp, at now: Timestamp, isLocked: Bool) -> Bool {
        if isLocked { return true }
        switch self {
        case .always: return true
        case .never: return false
        case .within(let time): return now - lastActivity <= time
        }
    }

    package var description: String {
        switch self {
        case .always: "always"
        case .never: "never"
        case .within(let time): "\(time.milliseconds / 1000)s"
        }
    }

    static func parse(_ node: ConfigNode) throws -> ConversationReopenPolicy {
        switch try node.text {
        case "always": .always
        case "never": .never
        default: .within(try OptionValueType<Duration>.duration().parse(node))
        }
    }
}
