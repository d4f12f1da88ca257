internal import RelayChatwoot
internal import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// The command in an event `message.send` or `message.revoke`.
struct OutboundMessageRequest: Sendable {
    struct Attachment: Sendable, Equatable {
        enum Kind: String, Sendable { case image, video, audio, document }

        var kind: Kind
        var url: String
        var mimetype: String?
        var fileName: String?
        var isVoice: Bool
        /// The bytes of the file, when it has been loaded.
        var bytes: [UInt8]?
        /// The gateway's id of the file, when it has been uploaded.
        var uploadedID: String?

        var name: String { fileName ?? "file" }
    }

    /// The message that is replied to.
    struct QuotedMessage: Sendable, Equatable {
        /// WhatsApp's message id.
        var messageID: String
        /// Whether the account sent it; nil when unknown.
        var isOurs: Bool?
    }

    /// One WhatsApp message: a text, or a file with its caption.
    struct SingleMessage: Sendable, Equatable {
        /// The index of the part, from 0.
        var index: Int
        var text: String?
        var attachment: Attachment?
    }

    /// Identifies the command, so that it is executed once.
    let id: String
    let session: String
    let chat: JID
    let text: String?
    let attachments: [Attachment]
    /// The message that it replies to.
    var quoted: QuotedMessage?
    /// The agent's message and its conversation; nil when the command does not come from a conversation.
    let conversation: OriginMessage?

    /// A reference to the message in the other system's conversation.
    struct OriginMessage: Sendable, Equatable {
        var message: Int64
        var conversation: Int64?
        /// The id of the message there that it replies to.
        var inReplyTo: Int64?
    }

    /// - Throws: ``OutboundMessageRequestError`` with a human-readable text.
    init(_ delivery: ClaimedDelivery) throws(OutboundMessageRequestError) {
        guard let document = try? JSON(parsing: delivery.body), let payload = document["payload"]?.object else {
            throw OutboundMessageRequestError(
                "The body is no event: a transform before this destination has replaced it.")
        }
        if let problem = payload["problem"]?.string { throw OutboundMessageRequestError(problem, .noRecipient) }
        guard let address = payload["chatId"]?.string, let chat = JID(address) else {
            throw OutboundMessageRequestError("payload.chatId is not a JID.")
        }
        self.chat = chat
        session = delivery.session
        id = payload["commandId"]?.string ?? delivery.id.webhookID
        text = payload["text"]?.string.flatMap { Self.text($0, format: payload["textFormat"]?.string) }
        attachments = (payload["attachments"]?.array ?? []).compactMap { Attachment($0) }
        quoted = payload["quoted"]?["messageId"]?.string.map { QuotedMessage(messageID: $0) }
        conversation = payload["chatwoot"]?.object.flatMap { OriginMessage($0) }
    }

    /// A text in WhatsApp's markup; nil when there is none.
    private static func text(_ text: String, format: String?) -> String? {
        let text = format == "markdown" ? WhatsAppMarkdownConverter.toWhatsApp(text) : text
        return text.isEmpty ? nil : text
    }

    /// The agent's message of a delivery, even if the command itself is invalid.
    static func conversation(of delivery: ClaimedDelivery) -> OriginMessage? {
        (try? JSON(parsing: delivery.body))?["payload"]?["chatwoot"]?.object.flatMap { OriginMessage($0) }
    }

    /// The messages to send. A single file that supports captions gets the text as its caption; otherwise the text is
    /// sent first.
    var parts: [SingleMessage] {
        if attachments.count == 1, let file = attachments.first, file.kind != .audio {
            return [SingleMessage(index: 0, text: text, attachment: file)]
        }
        var parts: [SingleMessage] = []
        if let text { parts.append(SingleMessage(index: 0, text: text)) }
        for attachment in attachments { parts.append(SingleMessage(index: parts.count, attachment: attachment)) }
        return parts
    }

    /// The message id for a part, for gateways that accept one. It is always the same, in the form of WhatsApp Web's
    /// ids (reference whatsapp.md, B-D1).
    func messageID(of part: SingleMessage) -> String {
        let digest = SHA256.digest(of: "\(session)|\(id)|\(part.index)".utf8)
        return "3EB0" + Hex.encode(digest.prefix(9)).uppercased()
    }
}

extension OutboundMessageRequest.OriginMessage {
    init?(_ object: JSONObject) {
        guard let message = object["message"]?.int else { return nil }
        self.message = message
        conversation = object["conversation"]?.int
        inReplyTo = object["inReplyTo"]?.int
    }
}

extension OutboundMessageRequest.Attachment {
    init?(_ json: JSON) {
        guard let url = json["url"]?.string, !url.isEmpty else { return nil }
        self.url = url
        kind = json["kind"]?.string.flatMap { Kind(rawValue: $0) } ?? .document
        mimetype = json["mimetype"]?.string
        fileName = json["fileName"]?.string
        isVoice = json["voice"]?.bool == true
        bytes = nil
        uploadedID = nil
    }
}

/// Why a command cannot be executed.
struct OutboundMessageRequestError: Error, Sendable {
    /// What agents are told in their own language.
    enum Code: Sendable {
        /// The recipient has no number.
        case noRecipient
        /// Only a hidden identity of the recipient is known, and the gateway needs the number.
        case hiddenRecipient
        /// There is neither a text nor an attachment.
        case empty
        /// Only ``OutboundMessageRequestError/message`` says it.
        case other
    }

    let code: Code
    let message: String

    init(_ message: String, _ code: Code = .other) {
        self.message = message
        self.code = code
    }
}
