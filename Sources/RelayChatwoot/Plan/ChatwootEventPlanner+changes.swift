internal import RelayCore
internal import RelayJSON

/// Changes to earlier messages, and notices.
extension ChatwootEventPlanner {
    var edit: ChatwootForwardAction {
        let content = payload["content"] ?? .null
        let part = "edit-" + ChatwootSourceID.fingerprint(content.text, payload.number("timestamp") ?? "")
        let type = payload.text("type") ?? "text"
        if let object = content.object, let event = addition(to: type, object, part: part) { return event }
        guard type != "unsupported" else {
            return follow(
                target, part: part, by: options.edits, text: "✏️ " + AgentPhrase.editedUnseen.text(in: language))
        }
        // Only the text of an edited message changes, not its file.
        let text = MessageMarkdownRenderer(self).words(of: type)
        return follow(
            target, part: part, by: options.edits, text: "✏️ *\(AgentPhrase.edited.text(in: language))*\n\n" + text)
    }

    /// New votes of a poll, or answers to a calendar event; nil for an edit.
    private func addition(to type: String, _ content: JSONObject, part: String) -> ChatwootForwardAction? {
        let lines: [String]
        switch type {
        case "poll" where content["votes"]?.array != nil:
            // A gateway that has the poll counts the votes; from others come hashes.
            lines = content.objects("votes").compactMap { vote in
                guard let name = vote.text("name"), let voters = vote["voters"]?.array else { return nil }
                return "- \(WhatsAppMarkdownConverter.plain(name)): \(voters.count)"
            }
            return lines.isEmpty
                ? .nothing(.noContent)
                : follow(target, part: part, by: options.votes, text: "🗳\n" + lines.joined(separator: "\n"))
        case "event" where content["responses"]?.array != nil:
            lines = content.objects("responses").compactMap { response in
                guard let answer = response.text("response") else { return nil }
                let name = response.text("name")
                let who = response.jid("from").map { WhatsAppMarkdownConverter.plain(shown($0, named: name)) }
                return [who, answerText(answer)].compactMap { $0 }.joined(separator: ": ")
            }
            return lines.isEmpty
                ? .nothing(.noContent)
                : follow(target, part: part, by: options.votes, text: "📅 " + lines.joined(separator: "\n"))
        default: return nil
        }
    }

    private func answerText(_ answer: String?) -> String {
        let notice: AgentPhrase =
            switch answer {
            case "going": .eventGoing
            case "not_going": .eventNotGoing
            case "maybe": .eventMaybe
            default: .eventAnswered
            }
        return notice.text(in: language)
    }

    var deletion: ChatwootForwardAction {
        // It was deleted for the account only: others still have it.
        guard payload.text("deletedFor") != "me" else { return .nothing(.irrelevant) }
        switch options.deletes {
        case .off: return .nothing(.option)
        case .delete: return .delete(messageID: target)
        case .note:
            return follow(target, part: "deleted", by: .note, text: "🗑 " + AgentPhrase.deleted.text(in: language))
        }
    }

    var reaction: ChatwootForwardAction {
        let content = payload["content"]?.object
        let emoji = content?.text("emoji") ?? ""
        let target = content?.text("targetMessageId") ?? target
        let text =
            emoji.isEmpty
            ? AgentPhrase.reactionRemoved.text(in: language)
            : AgentPhrase.reacted.text(
                in: language, WhatsAppMarkdownConverter.plain(TextTruncation.text(emoji, to: 50)))
        let isOwnMessage = !messageID.isEmpty && messageID != target
        let who = isFromMe ? "me" : payload.text("participant") ?? payload.text("from") ?? ""
        let print = ChatwootSourceID.fingerprint(who, emoji, payload.number("timestamp") ?? "")
        return follow(
            target, id: isOwnMessage ? messageID : target, part: isOwnMessage ? nil : "reaction-" + print,
            by: options.reactions, text: text)
    }

    var vote: ChatwootForwardAction {
        let content = payload["content"]?.object ?? JSONObject()
        // The vote is encrypted, and the gateway does not have the poll.
        guard content["selectedOptions"]?.array != nil else { return .nothing(.noContent) }
        let chosen = content.texts("selectedOptions").map { "*\(WhatsAppMarkdownConverter.plain($0))*" }.joined(
            separator: ", ")
        let text =
            chosen.isEmpty
            ? AgentPhrase.voteWithdrawn.text(in: language) : AgentPhrase.voted.text(in: language, chosen)
        return follow(
            content.text("targetMessageId") ?? target, id: messageID, part: nil, by: options.votes, text: "🗳 " + text,
            reach: isFromMe ? .existing : .opens)
    }

    var pin: ChatwootForwardAction {
        let content = payload["content"]?.object ?? JSONObject()
        let notice: AgentPhrase = content["pinned"]?.bool == false ? .unpinned : .pinned
        return follow(
            content.text("targetMessageId") ?? target, id: messageID, part: nil, by: .note,
            text: "📌 " + notice.text(in: language))
    }

    var keep: ChatwootForwardAction {
        let content = payload["content"]?.object ?? JSONObject()
        let notice: AgentPhrase = content["kept"]?.bool == false ? .unkept : .kept
        return follow(
            content.text("targetMessageId") ?? target, id: messageID, part: nil, by: .note,
            text: "📌 " + notice.text(in: language))
    }

    /// A comment with a text is a message like any other; an encrypted one only shows that there is one.
    var comment: ChatwootForwardAction {
        let content = payload["content"]?.object ?? JSONObject()
        let text = content.text("text").flatMap { MessageMarkdownRenderer(self).formatted($0) }
        return follow(
            content.text("targetMessageId") ?? target, id: messageID, part: nil, by: .reply,
            text: "💬 " + (text ?? AgentPhrase.commented.text(in: language)),
            reach: text == nil || isFromMe ? .existing : .opens)
    }

    var eventResponse: ChatwootForwardAction {
        let content = payload["content"]?.object ?? JSONObject()
        let guests = content.number("extraGuests").map { " (+\($0))" } ?? ""
        return follow(
            content.text("targetMessageId") ?? target, id: messageID, part: nil, by: options.votes,
            text: "📅 " + answerText(content.text("response")) + guests)
    }

    /// WhatsApp's own count of a poll's votes.
    var pollResult: ChatwootForwardAction {
        follow("", id: messageID, part: nil, by: options.votes, text: MessageMarkdownRenderer(self).pollResult)
    }

    /// A change to an earlier message, shown as a reply to it or as a note.
    /// - Parameters:
    ///   - earlier: WhatsApp's id of the earlier message.
    ///   - id: the message id for the action's own `source_id`; nil: the earlier message's.
    func follow(
        _ earlier: String, id: String? = nil, part: String?, by policy: MessageChangeDisplayPolicy, text: String,
        reach: NewChatwootMessage.PostingCondition = .existing
    ) -> ChatwootForwardAction {
        guard let direction = direction(policy) else { return .nothing(.option) }
        let words = [signature, text].compactMap { $0 }.joined(separator: signature == nil ? "" : " ")
        return .message(
            message(
                id: id ?? earlier, part: part, direction: direction, reach: reach,
                content: MessageMarkdownRenderer.Content(text: words),
                reply: earlier.isEmpty ? nil : NewChatwootMessage.Reply(messageID: earlier, quote: "")))
    }

    /// A private note without an author.
    func notice(_ text: String) -> ChatwootForwardAction {
        .message(
            message(
                part: nil, direction: .note, reach: .existing, content: MessageMarkdownRenderer.Content(text: text),
                reply: nil)
        )
    }

    /// The text of WhatsApp's own notices about a person (Cloud API).
    var systemNotice: String {
        let content = payload["content"]?.object ?? JSONObject()
        switch content.text("kind") {
        case "user_changed_number", "customer_changed_number":
            let new = content.jid("newContactId").map { ContactNameFormatter.placeholder(for: $0, in: language) }
            return "ℹ️ "
                + AgentPhrase.numberChanged.text(
                    in: language, WhatsAppMarkdownConverter.plain(new ?? content.text("body") ?? "?"))
        case "customer_identity_changed": return "ℹ️ " + AgentPhrase.identityChanged.text(in: language)
        case "request_welcome": return "ℹ️ " + AgentPhrase.chatStarted.text(in: language)
        case let kind: return "ℹ️ " + WhatsAppMarkdownConverter.plain(content.text("body") ?? kind ?? "?")
        }
    }
}
