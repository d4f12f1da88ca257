package import RelayCore
package import RelayJSON

/// A message to be posted into a conversation.
package struct ChatwootMessage: Sendable, Hashable {
    package enum Direction: String, Sendable {
        /// From the contact.
        case incoming
        /// From us.
        case outgoing
        /// A private note, which only agents see: outgoing and private.
        case note
    }

    /// What there must be for it to be posted.
    package enum PostingCondition: String, Sendable {
        /// A conversation is opened where there is none, and a resolved one is reopened or followed by a new one.
        case opens
        /// It goes into the conversation that there is, and nowhere where there is none. Into a resolved one an incoming
        /// message goes as a private note, which does not reopen it.
        case existing
    }

    /// The message that it is a reply to.
    package struct Reply: Sendable, Hashable {
        /// WhatsApp's id.
        package let messageID: String
        /// What stands before the content where Chatwoot does not know that message, in Markdown; empty: nothing.
        package let quote: String
    }

    /// Chatwoot's `source_id`, the same whenever the event is planned: `WAID:3EB0A1`, `WAID:3EB0A1#edit-9f2c…`.
    package let sourceID: String
    package let direction: Direction
    package let reach: PostingCondition
    /// Markdown; may be empty when there are files.
    package let content: String
    package let reply: Reply?
    package let files: [ChatwootFile]
    /// When it was sent; nil when that is not known.
    package let sentAt: Timestamp?

    /// Whether it is a voice note: Chatwoot shows its only file as one.
    package var isVoice: Bool { files.contains(where: \.isVoice) }
    /// Whether it was sent from WhatsApp, and must not be sent there again.
    package var isExternalEcho: Bool { direction == .outgoing }
    package var isPrivate: Bool { direction == .note }
    /// Chatwoot's `message_type`.
    package var messageType: String { direction == .incoming ? "incoming" : "outgoing" }

    /// The content where Chatwoot cannot resolve the reply: what it answers is quoted.
    package var contentWithQuote: String {
        guard let reply, !reply.quote.isEmpty else { return content }
        return content.isEmpty ? reply.quote : reply.quote + "\n\n" + content
    }

    /// The same with links in the place of files, for when Chatwoot does not take them.
    package var linkingFiles: ChatwootMessage {
        let links = files.compactMap(\.link)
        let lines = (content.isEmpty ? [] : [content, ""]) + links
        return ChatwootMessage(
            sourceID: sourceID, direction: direction, reach: reach, content: lines.joined(separator: "\n"),
            reply: reply, files: files.filter { $0.link == nil }, sentAt: sentAt)
    }

    /// The same as a private note, for a resolved conversation. Agents' templates are not run in it.
    package var asNote: ChatwootMessage {
        ChatwootMessage(
            sourceID: sourceID, direction: .note, reach: reach, content: LiquidEscaping.neutralized(content),
            reply: reply.map { Reply(messageID: $0.messageID, quote: LiquidEscaping.neutralized($0.quote)) },
            files: files,
            sentAt: sentAt)
    }

    /// Chatwoot's `content_attributes`.
    /// - Parameter replyTo: Chatwoot's id of the message that it answers; nil where it is not known.
    package func attributes(replyTo: Int64?) -> JSONObject {
        var attributes = JSONObject()
        if let replyTo { attributes.append("in_reply_to", .int(replyTo)) }
        if isExternalEcho { attributes.append("external_echo", true) }
        return attributes
    }
}

/// A file of a message.
package struct ChatwootFile: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// The relay's own copy (`payload.media`).
        /// - Parameters:
        ///   - url: works without a key, until it expires.
        ///   - sha256: of the plain file, in hexadecimal: the media storage's id.
        ///   - size: in bytes.
        case stored(url: String, sha256: String?, size: Int64?)
        case bytes([UInt8])
    }

    package let source: Source
    /// Without anything that a path, a header or a shell could stumble over.
    package let name: String
    /// The part's `Content-Type`, without parameters: Chatwoot derives from it how the file is shown.
    package let contentType: String
    package let isVoice: Bool
    /// What stands in the message where the file cannot: a line of Markdown; nil where there is no address.
    package let link: String?
}
