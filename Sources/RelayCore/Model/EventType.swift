/// What happened, as a dotted name: `message.received`.
public struct EventType: Sendable, Hashable, CustomStringConvertible {
    public var name: String

    public init(_ name: String) {
        self.name = name
    }

    public var description: String { name }

    /// The part before the first dot: `message`, `session` …
    public var category: Substring { name.prefix { $0 != "." } }

    // The eight of stage-07.
    public static let sessionQRUpdated = EventType("session.qr_updated")
    public static let sessionConnected = EventType("session.connected")
    public static let sessionDisconnected = EventType("session.disconnected")
    public static let messageReceived = EventType("message.received")
    public static let messageSent = EventType("message.sent")
    public static let messageDelivered = EventType("message.delivered")
    public static let messageRead = EventType("message.read")
    public static let messageFailed = EventType("message.failed")

    // What the relay adds (DESIGN §2).
    public static let messageUpdated = EventType("message.updated")
    public static let messageDeleted = EventType("message.deleted")
    public static let messageReaction = EventType("message.reaction")
    public static let presenceUpdated = EventType("presence.updated")
    public static let callReceived = EventType("call.received")
    public static let groupUpdated = EventType("group.updated")
    public static let contactUpdated = EventType("contact.updated")

    // What is to be done on WhatsApp, out of a conversation elsewhere.
    public static let messageSend = EventType("message.send")
    public static let messageRevoke = EventType("message.revoke")

    /// What the test route of stage-07 sends.
    public static let webhookTest = EventType("webhook.test")
}

/// A choice of event types: names, `message.*`, or `*`.
public struct EventFilter: Sendable, Hashable {
    /// The patterns as written; empty means every event.
    public let patterns: [String]

    private let names: Set<String>
    private let prefixes: [String]
    private let all: Bool

    public init(_ patterns: [String] = []) {
        self.patterns = patterns
        all = patterns.isEmpty || patterns.contains("*")
        names = Set(patterns.filter { !$0.hasSuffix("*") })
        prefixes = patterns.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
    }

    public func matches(_ type: EventType) -> Bool {
        all || names.contains(type.name) || prefixes.contains { type.name.hasPrefix($0) }
    }
}
