package import RelayCore
package import RelayJSON

/// A message to be posted to a conversation.
package struct NewChatwootMessage: Sendable, Hashable {
    package enum Direction: String, Sendable {
        /// From the contact.
        case incoming
        /// From the account.
        case outgoing
        /// A private note that only agents see: outgoing and private.
        case note
    }

    /// When a message is posted.
    package enum PostingCondition: String, Sendable {
        /// Always: it opens a conversation when there is none. A resolved one is reopened, or a new one is opened.
        case opens
        /// Only to an existing conversation. In a resolved one, an incoming message becomes a private note, which does
        /// not reopen it.
        case existing
    }

    /// The message that this message replies to.
    package struct Reply: Sendable, Hashable {
        /// WhatsApp's message id.
        package let messageID: String
        /// Markdown to put before the content when Chatwoot does not have that message; may be empty.
        package let quote: String
    }

    /// Chatwoot's `source_id`, the same each time the event is planned: `WAID:3EB0A1`, `WAID:3EB0A1#edit-9f2c…`.
    package let sourceID: String
    package let direction: Direction
    package let reach: PostingCondition
    /// Markdown; may be empty when there are files.
    package let content: String
    package let reply: Reply?
    package let files: [NewChatwootAttachment]
    /// The time at which it was sent; nil when unknown.
    package let sentAt: Timestamp?

    /// Whether it is a voice note. Chatwoot then shows its only file as a voice note.
    package var isVoice: Bool { files.contains(where: \.isVoice) }
    /// Whether it was sent from WhatsApp and must not be sent there again.
    package var isExternalEcho: Bool { direction == .outgoing }
    package var isPrivate: Bool { direction == .note }
    /// Chatwoot's `message_type`.
    package var messageType: String { direction == .incoming ? "incoming" : "outgoing" }

    /// The content with the quote before it, for when Chatwoot cannot resolve the reply.
    package var contentWithQuote: String {
        guard let reply, !reply.quote.isEmpty else { return content }
        return content.isEmpty ? reply.quote : reply.quote + "\n\n" + content
    }

    /// The message with links instead of files, for when Chatwoot rejects the files.
    package var linkingFiles: NewChatwootMessage {
        let links = files.compactMap(\.link)
        let lines = (content.isEmpty ? [] : [content, ""]) + links
        return NewChatwootMessage(
            sourceID: sourceID, direction: direction, reach: reach, content: lines.joined(separator: "\n"),
            reply: reply, files: files.filter { $0.link == nil }, sentAt: sentAt)
    }

    /// The message as a private note, for a resolved conversation. Agents' templates are not run in it.
    package var asNote: NewChatwootMessage {
        NewChatwootMessage(
            sourceID: sourceID, direction: .note, reach: reach, content: LiquidTagEscaping.neutralized(content),
            reply: reply.map { Reply(messageID: $0.messageID, quote: LiquidTagEscaping.neutralized($0.quote)) },
            files: files,
            sentAt: sentAt)
    }

    /// Chatwoot's `content_attributes`.
    /// - Parameter replyTo: Chatwoot's id of the replied-to message; nil when unknown.
    package func attributes(replyTo: Int64?) -> JSONObject {
        var attributes = JSONObject()
        if let replyTo { attributes.append("in_reply_to", .int(replyTo)) }
        if isExternalEcho { attributes.append("external_echo", true) }
        return attributes
    }
}

/// A file of a message.
package struct NewChatwootAttachment: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// The relay's own copy (`payload.media`).
        /// - Parameters:
        ///   - url: a URL that needs no key and expires.
        ///   - sha256: the hash of the plain file, in hexadecimal; the id in the media store.
        ///   - size: in bytes.
        case stored(url: String, sha256: String?, size: Int64?)
        case bytes([UInt8])
    }

    package let source: Source
    /// A name that is safe in a path, a header and a shell.
    package let name: String
    /// The part's `Content-Type`, without parameters. Chatwoot decides by it how the file is shown.
    package let contentType: String
    package let isVoice: Bool
    /// A line of Markdown that replaces the file; nil when there is no URL.
    package let link: String?
}
