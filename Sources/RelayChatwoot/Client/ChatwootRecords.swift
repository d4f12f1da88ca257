internal import RelayCore
internal import RelayJSON

/// The fields of an inbox that the relay needs.
struct ChatwootInboxResponse: Sendable, Equatable {
    let id: Int64
    let name: String
    let channel: String
    /// The inbox's identifier in the public API; nil when the token's owner may not see it.
    let identifier: String?
    /// Whether the inbox is locked to a single conversation for each contact.
    let isLocked: Bool
    let webhookURL: String?
    /// The secret that signs webhooks. Only administrators see it, from 4.13 on.
    let secret: String?

    init?(_ json: JSON) {
        guard let id = json["id"]?.int else { return nil }
        self.id = id
        name = json["name"]?.string ?? ""
        channel = json["channel_type"]?.string ?? ""
        identifier = json["inbox_identifier"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        isLocked = json["lock_to_single_conversation"]?.bool ?? false
        webhookURL = json["webhook_url"]?.string
        secret = json["secret"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    var isAPI: Bool { channel == "Channel::Api" }
}

struct ChatwootContactResponse: Sendable, Equatable {
    let id: Int64
    let name: String
    let phone: String?
    let identifier: String?
    /// The contact's `source_id` in each inbox, by inbox id.
    let sources: [Int64: String]

    init?(_ json: JSON) {
        guard let id = json["id"]?.int else { return nil }
        self.id = id
        name = json["name"]?.string ?? ""
        phone = json["phone_number"]?.string
        identifier = json["identifier"]?.string
        var sources: [Int64: String] = [:]
        for binding in json["contact_inboxes"]?.array ?? [] {
            if let inbox = binding["inbox"]?["id"]?.int, let source = binding["source_id"]?.string {
                sources[inbox] = source
            }
        }
        self.sources = sources
    }
}

struct ChatwootConversationResponse: Sendable, Equatable {
    let id: Int64
    let inbox: Int64?
    /// `open`, `resolved`, `pending` or `snoozed`.
    let status: String
    let lastActivity: Timestamp
    /// Whether the contact is blocked. Then every new conversation is resolved and stays so.
    let isMuted: Bool

    init?(_ json: JSON) {
        guard let id = json["id"]?.int else { return nil }
        self.id = id
        isMuted = json["muted"]?.bool ?? false
        inbox = json["inbox_id"]?.int
        status = json["status"]?.string ?? "open"
        lastActivity = Timestamp(seconds: json["last_activity_at"]?.int ?? json["created_at"]?.int ?? 0)
    }

    var isResolved: Bool { status == "resolved" }
}

struct ChatwootMessageResponse: Sendable, Equatable {
    let id: Int64
    let sourceID: String?
    let createdAt: Timestamp

    init?(_ json: JSON) {
        guard let id = json["id"]?.int else { return nil }
        self.id = id
        sourceID = json["source_id"]?.string
        createdAt = Timestamp(seconds: json["created_at"]?.int ?? 0)
    }
}
