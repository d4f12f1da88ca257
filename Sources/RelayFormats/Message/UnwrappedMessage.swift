internal import RelayCore
internal import RelayJSON

/// A message without its wrappers, with the node that has its content (reference whatsapp.md, B-U1).
struct UnwrappedMessage {
    /// The name of the content node: `conversation`, `imageMessage` …; nil when no node is content.
    let name: String?
    /// The content node; null when there is none.
    let node: JSON
    /// The innermost message.
    let message: JSONObject
    private(set) var isViewOnce = false
    private(set) var isEphemeral = false
    /// The maximum depth of nested wrappers.
    private static let maximumDepth = 5
    private static let wrappers = [
        "ephemeralMessage", "viewOnceMessage", "documentWithCaptionMessage", "viewOnceMessageV2",
        "viewOnceMessageV2Extension", "editedMessage", "associatedChildMessage", "groupStatusMessage",
        "groupStatusMessageV2", "deviceSentMessage",
    ]

    init(_ outer: JSONObject) {
        var message = outer
        var name = Self.contentName(of: message)
        for _ in 0..<Self.maximumDepth {
            guard let (wrapper, inner) = Self.wrapped(in: message, contentName: name) else { break }
            if wrapper.hasPrefix("viewOnce") { isViewOnce = true }
            if wrapper == "ephemeralMessage" { isEphemeral = true }
            message = inner
            name = Self.contentName(of: message)
        }
        self.message = message
        self.name = name
        node = name.flatMap { message[$0] } ?? .null
    }

    /// Members that are for programs, not for people: keys of messages and calls, and exchanges between devices. A call
    /// is reported by the gateway as a call as well.
    private static let internals: Set<String> = [
        "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage", "messageContextInfo",
        "stickerSyncRmrMessage", "messageHistoryBundle", "messageHistoryNotice", "call", "bcallMessage", "chat",
        "statusNotificationMessage",
    ]

    /// Whether it contains nothing for people.
    var isEmpty: Bool {
        name == nil && !message.contains { key, value in value != .null && !Self.internals.contains(key) }
    }

    private static func wrapped(
        in message: JSONObject, contentName: String?
    ) -> (wrapper: String, inner: JSONObject)? {
        for wrapper in wrappers {
            if let node = message[wrapper], let inner = node["message"]?.object { return (wrapper, inner) }
        }
        // Newer wrappers have the same shape.
        // A comment also names the message that it is about, so it is read as a whole.
        guard let name = contentName, name != "commentMessage",
            let inner = message[name]?["message"]?.object
        else { return nil }
        return (name, inner)
    }

    /// The first member that is content: `conversation`, or any name with `Message` in it that is for people. The
    /// call log's name has a typo in WhatsApp's own schema.
    private static func contentName(of message: JSONObject) -> String? {
        for (key, value) in message where !value.isNull {
            if key == "conversation" || key == "callLogMesssage" { return key }
            if key.containsASCII("Message"), !internals.contains(key) { return key }
        }
        return nil
    }
}
