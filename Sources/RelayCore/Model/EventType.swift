/// What happened, as a dotted name: `message.received`.
package struct EventType: Sendable, Hashable, CustomStringConvertible {
    package var name: String

    package init(_ name: String) {
        self.name = name
    }

    package var description: String { name }

    /// The part before the first dot: `message`, `session` …
    package var category: Substring { name.prefix { $0 != "." } }

    /// Whether it is of a message: whether its ``category`` is `message`.
    package var isOfMessage: Bool { name.hasASCIIPrefix("message.") || name == "message" }

    // The eight of stage-07.
    package static let sessionQRUpdated = EventType("session.qr_updated")
    package static let sessionConnected = EventType("session.connected")
    package static let sessionDisconnected = EventType("session.disconnected")
    package static let messageReceived = EventType("message.received")
    package static let messageSent = EventType("message.sent")
    package static let messageDelivered = EventType("message.delivered")
    package static let messageRead = EventType("message.read")
    package static let messageFailed = EventType("message.failed")

    // What the relay adds (DESIGN §2).
    package static let messageUpdated = EventType("message.updated")
    package static let messageDeleted = EventType("message.deleted")
    package static let messageReaction = EventType("message.reaction")
    package static let presenceUpdated = EventType("presence.updated")
    package static let callReceived = EventType("call.received")
    package static let groupUpdated = EventType("group.updated")
    package static let contactUpdated = EventType("contact.updated")
    /// The relay has learned which phone is behind a hidden identity that events were delivered under.
    package static let contactIdentified = EventType("contact.identified")

    // What agents want done on WhatsApp.
    package static let messageSend = EventType("message.send")
    package static let messageRevoke = EventType("message.revoke")

    /// A gateway has posted a document, which the event has unchanged (``ParsedEvent/raw``), beside the events that were
    /// read from it. Only destinations that take originals get it.
    package static let documentReceived = EventType("document.received")

    /// What the test route of stage-07 sends.
    package static let webhookTest = EventType("webhook.test")

    /// What gateways report: the eight of stage-07 and the relay's additions.
    package static let reported: [EventType] = [
        .messageReceived, .messageSent, .messageDelivered, .messageRead, .messageFailed, .messageUpdated,
        .messageDeleted, .messageReaction, .sessionQRUpdated, .sessionConnected, .sessionDisconnected,
        .presenceUpdated, .callReceived, .groupUpdated, .contactUpdated,
    ]

    /// Every type that the relay knows. Lists of event types know these names: the REST API refuses another name, and
    /// the configuration warns of one, because the native format accepts events of other types.
    package static let all: [EventType] =
        reported + [
            .contactIdentified, .messageSend, .messageRevoke, .documentReceived, .webhookTest,
        ]
}

/// A choice of event types: names, `message.*`, or `*`.
package struct EventTypeFilter: Sendable, Hashable {
    /// The patterns as written; empty means every event.
    package let patterns: [String]

    private let names: Set<String>
    private let prefixes: [String]
    private let all: Bool

    package init(_ patterns: [String] = []) {
        self.patterns = patterns
        all = patterns.isEmpty || patterns.contains("*")
        names = Set(patterns.filter { !$0.hasSuffix("*") })
        prefixes = patterns.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
    }

    package func matches(_ type: EventType) -> Bool {
        all || names.contains(type.name) || prefixes.contains { type.name.hasPrefix($0) }
    }
}
