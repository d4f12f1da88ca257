internal import RelayConfig
package import RelayCore

/// What becomes of a resolved conversation when its contact writes again.
package enum ReopenPolicy: Sendable, Hashable, CustomStringConvertible {
    /// The message goes there, and Chatwoot reopens it.
    case always
    /// As `always` for so long after its last activity, then as `never`.
    case within(Duration)
    /// The message opens a new one.
    case never

    /// Whether a message goes into a resolved conversation rather than into a new one.
    /// - Parameters:
    ///   - lastActivity: the conversation's.
    ///   - isLocked: whether the inbox is locked to a single conversation: then there is never a new one.
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

    static func parse(_ node: ConfigNode) throws -> ReopenPolicy {
        switch try node.text {
        case "always": .always
        case "never": .never
        default: .within(try FieldType<Duration>.duration().parse(node))
        }
    }
}
