internal import RelayCore
internal import RelayJSON

/// New messages, and files that arrive after their messages.
extension ChatwootEventPlanner {
    var newMessage: ChatwootForwardAction {
        let type = payload.text("type") ?? "text"
        switch type {
        // An encrypted reaction shows nothing.
        case "reaction": return payload["content"]?["encrypted"] == nil ? reaction : .nothing(.noContent)
        case "poll_vote": return vote
        case "call_log": return loggedCall
        case "pin": return pin
        case "keep": return keep
        case "comment": return comment
        case "event_response": return eventResponse
        case "poll_result": return pollResult
        case "system": return notice(systemNotice)
        case "album": return .nothing(.noContent)
        default: break
        }
        guard let direction = direction(isFromMe ? nil : .reply) else { return .nothing(.option) }
        var content = MessageMarkdownRenderer(self).content(of: type)
        // An edit whose text is encrypted is a separate message.
        if type == "unsupported", let edited = payload["content"]?.object?.text("targetMessageId") {
            return follow(
                edited, part: "edit-" + ChatwootSourceID.fingerprint(messageID), by: options.edits,
                text: "✏️ " + AgentPhrase.editedUnseen.text(in: language))
        }
        let quote = quote
        let head = head
        if !head.isEmpty { content.text = ([head.joined(separator: "\n")] + [content.text]).joined(separator: "\n\n") }
        return .message(
            message(
                id: type == "unsupported" ? collectivePlaceholder : nil,
                // The readable message may still arrive under the same id.
                part: type == "unsupported" ? ChatwootSourceID.placeholderPart : nil, direction: direction,
                reach: isFromMe && !options.opensForOwn ? .existing : .opens, content: content, reply: quote))
    }

    /// The id of the placeholder for messages that Meta does not deliver. Meta reports a poll and each of its votes as a
    /// message of its own, without content; those of one minute are one placeholder. Nil for any other message.
    private var collectivePlaceholder: String? {
        let raw = payload["content"]?["raw"]?.object
        guard let kind = raw?["unsupported"]?.object?.text("type"), let sentAt else { return nil }
        let minute = String(sentAt.seconds / 60)
        return "unsupported-" + ChatwootSourceID.fingerprint(chat?.description ?? "", kind, minute)
    }

    /// `message.updated` with the file of an earlier message.
    var lateFile: ChatwootForwardAction {
        guard options.media != .off, let direction = direction(isFromMe ? nil : .reply) else {
            return .nothing(.option)
        }
        let file = MessageMarkdownRenderer(self).file(of: payload.text("type") ?? "")
        guard !file.files.isEmpty || payload["media"]?.object != nil else { return .nothing(.noContent) }
        var content = file
        if let signature { content.text = content.text.isEmpty ? signature : signature + "\n\n" + content.text }
        return .message(
            message(
                id: target, part: "file", direction: direction,
                reach: isFromMe && !options.opensForOwn ? .existing : .opens, content: content,
                reply: NewChatwootMessage.Reply(messageID: target, quote: "")))
    }

    /// How an action of the event's author is shown; nil when it is not shown.
    /// - Parameter policy: how it is shown when another person did it; nil for new messages.
    func direction(_ policy: MessageChangeDisplayPolicy?) -> NewChatwootMessage.Direction? {
        switch policy {
        case .off: return nil
        case .note: return .note
        case .reply, nil: break
        }
        guard isFromMe else { return .incoming }
        return switch options.ownMessages {
        case .outgoing: .outgoing
        case .note: .note
        case .off: nil
        }
    }

    /// A message whose parts are shortened or escaped as Chatwoot requires.
    func message(
        id: String? = nil,
        part: String?,
        direction: NewChatwootMessage.Direction,
        reach: NewChatwootMessage.PostingCondition,
        content: MessageMarkdownRenderer.Content,
        reply: NewChatwootMessage.Reply?
    ) -> NewChatwootMessage {
        let id = id ?? messageID
        var (text, files) = (content.text, content.files)
        let limit = ChatwootFieldLimits.content - 2 * ChatwootFieldLimits.quote
        if text.unicodeScalars.count > limit {
            let name = "message.txt"
            let mark = "…\n\n" + AgentPhrase.continued.text(in: language, name)
            files.append(
                NewChatwootAttachment(
                    source: .bytes(Array(text.utf8)), name: name, contentType: "text/plain", isVoice: false, link: nil))
            text = TextTruncation.text(text, to: limit, mark: mark)
        }
        let isOutgoing = direction != .incoming
        return NewChatwootMessage(
            sourceID: id.isEmpty ? ChatwootSourceID.event(event) : ChatwootSourceID.message(id, part),
            direction: direction,
            reach: reach,
            content: isOutgoing ? LiquidTagEscaping.neutralized(text) : text,
            reply: reply.map {
                NewChatwootMessage.Reply(
                    messageID: $0.messageID, quote: isOutgoing ? LiquidTagEscaping.neutralized($0.quote) : $0.quote)
            },
            files: files,
            sentAt: sentAt
        )
    }

    /// The lines before the message's content.
    private var head: [String] {
        var lines: [String] = []
        if let sentAt, now - sentAt > options.latePrefix {
            let time = options.clock.text(of: sentAt, in: language)
            lines.append("🕓 *\(AgentPhrase.sentAt.text(in: language, time))*")
        }
        if let signature { lines.append(signature) }
        if payload.flag("forwarded") || payload.flag("frequentlyForwarded") {
            lines.append("↪ *\(AgentPhrase.forwarded.text(in: language))*")
        }
        if payload.flag("viewOnce") { lines.append("👁 *\(AgentPhrase.viewOnce.text(in: language))*") }
        return lines
    }

    /// The reply to the quoted message.
    private var quote: NewChatwootMessage.Reply? {
        guard let quoted = payload["quoted"]?.object, let id = quoted.text("messageId") else { return nil }
        let said = quoted.text("text") ?? AgentPhrase.kind(quoted.text("type") ?? "")?.text(in: language)
        var words = said ?? ""
        if quoted.jid("chatId")?.chatKind == .status {
            words = [AgentPhrase.status.text(in: language), words].filter { !$0.isEmpty }.joined(separator: ": ")
        }
        let author = quoted.text("participantName").map { "**\(WhatsAppMarkdownConverter.plain($0)):** " } ?? ""
        let line = WhatsAppMarkdownConverter.plain(TextTruncation.text(words, to: ChatwootFieldLimits.quote))
        return NewChatwootMessage.Reply(messageID: id, quote: line.isEmpty ? "" : "> \(author)\(line)")
    }
}
