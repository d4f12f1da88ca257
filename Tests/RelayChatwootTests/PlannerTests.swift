import RelayChatwoot
import RelayCore
import RelayJSON
import Testing

/// The effects of the options.
struct PlannerTests {
    private let text = #""type": "text", "content": {"text": "oi"}"#
    private let own = #""type": "text", "content": {"text": "oi"}, "fromMe": true"#
    private let reaction = #""type": "reaction", "content": {"emoji": "👍", "targetMessageId": "3EB0OLD"}"#

    @Test func ownMessagesAreShownAsTheOptionSays() throws {
        let outgoing = try message("message.sent", own)
        #expect(outgoing.direction == .outgoing && outgoing.reach == .opens)
        #expect(outgoing.attributes(replyTo: 7) == ["in_reply_to": 7, "external_echo": true])
        let note = try message("message.sent", own, options: "own_messages: note")
        #expect(note.direction == .note && note.isPrivate && note.messageType == "outgoing")
        #expect(note.attributes(replyTo: nil).isEmpty)
        let off = try plan("message.sent", payload(own), options: "own_messages: off").actions
        #expect(off == [.nothing(.option)])
        #expect(try message("message.sent", own, options: "open_for_own: false").reach == .existing)
    }

    @Test func aSessionThatIsNotWantedIsLeftOut() throws {
        let actions = try plan("message.received", payload(text), options: "sessions: shop-*").actions
        #expect(actions == [.nothing(.otherSession)])
        #expect(try message(text, options: "sessions: [shop-*, demo]").content == "oi")
    }

    @Test func aGroupThatIsNotWantedIsLeftOut() throws {
        let members = text + #", "chatId": "120363999999999001@g.us""#
        #expect(try plan("message.received", payload(members), options: "groups: off").actions == [.nothing(.chat)])
        let other = "groups: { allow: 120363999999999002@g.us }"
        #expect(try plan("message.received", payload(members), options: other).actions == [.nothing(.chat)])
        let this = "groups: { allow: 120363999999999001@g.us }"
        #expect(try message("message.received", members, options: this).content.hasSuffix("oi"))
    }

    @Test func reactionsAndEditsNeverOpenAConversation() throws {
        let reply = try message("message.reaction", reaction)
        #expect(reply.direction == .incoming && reply.reach == .existing && reply.reply?.messageID == "3EB0OLD")
        #expect(reply.asNote.direction == .note && reply.asNote.sourceID == reply.sourceID)
        #expect(try message("message.reaction", reaction, options: "reactions: note").direction == .note)
        let off = try plan("message.reaction", payload(reaction), options: "reactions: off").actions
        #expect(off == [.nothing(.option)])
        let edit = try message("message.updated", text + #", "targetMessageId": "3EB0OLD""#)
        #expect(edit.reach == .existing && edit.content == "✏️ *Edited*\n\noi")
    }

    @Test func aDeletedMessageIsKeptOrDeleted() throws {
        let members = #""type": "deleted", "content": null, "targetMessageId": "3EB0OLD""#
        #expect(try message("message.deleted", members).direction == .note)
        let deleted = try plan("message.deleted", payload(members), options: "deletes: delete").actions
        #expect(deleted == [.delete(messageID: "3EB0OLD")])
        #expect(try plan("message.deleted", payload(members), options: "deletes: off").actions == [.nothing(.option)])
    }

    @Test func aChangeHasAKeyOfItsOwnThatStays() throws {
        let edit = { (text: String, moment: Int) throws -> String in
            let members = #""type": "text", "content": {"text": "\#(text)"}, "timestamp": \#(moment)"#
            return try message("message.updated", members).sourceID
        }
        let first = try edit("a", 1_763_029_000)
        #expect(try edit("a", 1_763_029_000) == first)
        #expect(try edit("b", 1_763_029_000) != first)
        #expect(try edit("a", 1_763_029_060) != first)
        #expect(first.hasPrefix("WAID:3EB0A1#edit-"))
        #expect(try message(text).sourceID == "WAID:3EB0A1")
        // The content of a message that could not be decrypted may still arrive.
        let waiting = #""type": "unsupported", "content": {"reason": "undecryptable"}"#
        #expect(try message(waiting).sourceID == "WAID:3EB0A1#placeholder")
    }

    @Test(arguments: [
        ("message.delivered", ChatwootMessageStatus.delivered), ("message.read", .read), ("message.sent", .sent),
        ("message.failed", .failed(error: "WhatsApp did not say why")),
    ])
    func receiptsMoveTheStatus(_ event: String, _ status: ChatwootMessageStatus) throws {
        let members = #""fromMe": true, "status": "x""#
        #expect(try plan(event, payload(members)).actions == [.status(messageID: "3EB0A1", status)])
        #expect(try plan(event, payload(members), options: "receipts: false").actions == [.nothing(.option)])
    }

    @Test func aReadReplacesAFailure() {
        let order: [ChatwootMessageStatus] = [.sent, .failed(error: "x"), .delivered, .read]
        #expect(order.map(\.rank) == order.map(\.rank).sorted())
    }

    @Test func filesAreUploadedLinkedOrNamed() throws {
        let members = #"""
            "type": "document", "content": {"caption": "segue", "fileName": "nota (1).pdf"}, "media": {
            "url": "https://relay.example/m/a(1).pdf?sig=1", "mimetype": "application/pdf; v=1", "size": 3250000,
            "fileName": "nota (1).pdf", "sha256": "5f", "expiresAt": 1764633600}
            """#
        let attached = try message(members)
        #expect(attached.content == "segue" && attached.files.map(\.contentType) == ["application/pdf"])
        #expect(attached.files.map(\.name) == ["nota (1).pdf"])
        let link = "📎 [nota (1).pdf](https://relay.example/m/a%281%29.pdf?sig=1) (3.2 MB, until 2025-12-02 00:00 UTC)"
        #expect(attached.linkingFiles.content == "segue\n\n" + link && attached.linkingFiles.files.isEmpty)
        for options in ["media: link", "max_size: 3MB"] {
            let linked = try message(members, options: options)
            #expect(linked.content == link + "\n\nsegue" && linked.files.isEmpty)
        }
        #expect(try message(members, options: "media: off").content == "📎 Document: nota (1).pdf\n\nsegue")
    }

    @Test func aMessageThatComesLateSaysWhenItWasSent() throws {
        let late = text + #", "timestamp": 1763029699"#
        #expect(try message(late).content == "🕓 *Sent 2025-11-13 10:28 UTC*\n\noi")
        #expect(
            try message(late, options: "language: pt-BR\nutc_offset: \"-03:00\"").content
                == "🕓 *Enviada em 13/11/2025 07:28*\n\noi")
        #expect(try message(text + #", "timestamp": 1763029700"#).content == "oi")
        #expect(try message(late, options: "late_prefix: 1h").content == "oi")
        // When the time of sending is unknown, no time is added.
        #expect(try message(late + #", "timestampSource": "received""#).content == "oi")
    }

    @Test func aReplyQuotesWhatChatwootDoesNotKnow() throws {
        let members =
            text + #", "quoted": {"messageId": "3EB0OLD", "participant": "5511999999000@s.whatsapp.net", "#
            + #""participantName": "Loja", "type": "text", "text": "qual\ndeles? *este*"}"#
        let reply = try message(members)
        #expect(reply.reply?.messageID == "3EB0OLD" && reply.content == "oi")
        #expect(reply.contentWithQuote == "> **Loja:** qual deles? \\*este\\*\n\noi")
    }

    @Test func membersOfAGroupSignTheirMessages() throws {
        let members = text + #", "chatId": "120363999999999001@g.us", "participant": "5511999999002@s.whatsapp.net""#
        #expect(try message(members).content == "**+5511999999002:**\n\noi")
        let named = members + #", "participantName": "João""#
        #expect(try message(named).content == "**João (+5511999999002):**\n\noi")
        #expect(try message(named, options: "sign_names: false").content == "oi")
        #expect(try message("message.sent", named + #", "fromMe": true"#).content == "oi")
    }

    /// As `enrich` fills the mentions.
    @Test(arguments: [
        (
            "5511999999000",
            #"{"id": "5511999999000@s.whatsapp.net", "lid": null, "phone": "5511999999000", "name": "Loja"}"#, "@Loja"
        ),
        (
            "237722279121137",
            #"{"id": "5511999999000@s.whatsapp.net", "lid": "237722279121137@lid", "phone": "5511999999000", "name": "Loja"}"#,
            "@Loja"
        ),
        (
            "237722279121137",
            #"{"id": "5511999999000@s.whatsapp.net", "lid": "237722279121137@lid", "phone": "5511999999000", "name": null}"#,
            "@+5511999999000"
        ),
        (
            "237722279121137",
            #"{"id": "237722279121137@lid", "lid": "237722279121137@lid", "phone": null, "name": "Loja"}"#, "@Loja"
        ),
        (
            "237722279121137",
            #"{"id": "237722279121137@lid", "lid": "237722279121137@lid", "phone": null, "name": null}"#,
            "@237722279121137"
        ),
        (
            "5511999999000",
            #"{"id": "5511999999000@s.whatsapp.net", "lid": null, "phone": "5511999999000", "name": null}"#,
            "@5511999999000"
        ),
        (
            "5511999999000",
            #"{"id": "5511999999009@s.whatsapp.net", "lid": null, "phone": "5511999999009", "name": "Outra"}"#,
            "@5511999999000"
        ),
    ])
    func aMentionHasItsName(_ digits: String, _ contact: String, _ shown: String) throws {
        let members = #""type": "text", "content": {"text": "@\#(digits) viu?"}, "mentions": [\#(contact)]"#
        #expect(try message(members).content == "\(shown) viu?")
    }

    @Test func membersOfAGroupThatComeAndGoHaveTheirNames() throws {
        let members =
            #""chatId": "120363999999999001@g.us", "groupId": "120363999999999001@g.us", "action": "add", "#
            + #""participants": [{"id": "5511999999002@s.whatsapp.net", "name": "João"}, {"id": "5511999999003@s.whatsapp.net"}]"#
        let notice = try message("group.updated", members, options: "group_changes: note")
        #expect(notice.content == "👥 Joined the group: João (+5511999999002), +5511999999003")
    }

    @Test func noTemplateRunsInOurOwnMessages() throws {
        let members = #""type": "text", "content": {"text": "{{contact.name}} {%if%} {{{x `{{y}}`"}"#
        let echo = try message("message.sent", members + #", "fromMe": true"#)
        #expect(echo.content == "{\u{2060}{contact.name}} {\u{2060}%if%} {\u{2060}{\u{2060}{x `{\u{2060}{y}}`")
        #expect(try message(members).content.contains("{{contact.name}}"))
        #expect(!(try message(members).asNote.content.contains("{{")))
    }

    @Test func aTextBeyondTheLimitIsCutAndKeptWhole() throws {
        let long = String(repeating: "*👨‍👩‍👧 a\\n", count: 30_000)
        let message = try message(#""type": "text", "content": {"text": "\#(long)"}"#)
        #expect(message.content.unicodeScalars.count <= 150_000)
        #expect(message.contentWithQuote.unicodeScalars.count <= 150_000)
        #expect(message.content.hasSuffix("…\n\nthe whole text is in message.txt"))
        #expect(message.files.map(\.name) == ["message.txt"])
        guard case .bytes(let bytes) = message.files.first?.source else { throw SingleMessageError(actions: []) }
        #expect(bytes.count > 400_000)
    }

    @Test func callsAreShownAsTheOptionSays() throws {
        let members = #""callId": "C1", "status": "offer", "isVideo": true"#
        let call = try message("call.received", members)
        #expect(call.direction == .incoming && call.reach == .opens && call.content == "📞 Incoming video call")
        #expect(try message("call.received", members, options: "calls: note").direction == .note)
        #expect(try plan("call.received", payload(members), options: "calls: off").actions == [.nothing(.option)])
        let missed = try message("call.received", members + #", "offline": true"#)
        #expect(missed.content == "📞 Missed video call")
    }

    @Test func aLateFileFollowsItsMessage() throws {
        let members =
            #""type": "audio", "update": "media", "content": {"ptt": true}, "targetMessageId": "3EB0OLD", "#
            + #""media": {"url": "https://relay.example/m/5f", "mimetype": null, "size": 4321}"#
        let file = try message("message.updated", members)
        #expect(file.sourceID == "WAID:3EB0OLD#file" && file.reply?.messageID == "3EB0OLD")
        #expect(file.isVoice && file.files.map(\.name) == ["voice-3EB0OLD.ogg"] && file.content.isEmpty)
        let off = try plan("message.updated", payload(members), options: "media: off").actions
        #expect(off == [.nothing(.option)])
    }

    @Test func aLoggedOutSessionAlerts() throws {
        let members = #""chatId": null, "from": null, "recoverable": false"#
        let plan = try plan("session.disconnected", payload(members))
        #expect(plan.contact?.sourceID == "warelay-demo")
        #expect(plan.contact?.phone == nil)
        let off = try RelayChatwootTests.plan("session.disconnected", payload(members), options: "alerts: false")
        #expect(off.actions == [.nothing(.option)])
    }

    @Test(arguments: ["", "[]", "{}", #"{"event": "message.received"}"#, #"{"event": 1, "payload": {}}"#])
    func aBodyThatIsNoEventIsRefused(_ text: String) throws {
        let planner = ChatwootActionPlanner(try chatwoot())
        #expect(throws: ChatwootPlanError.self) { try planner.plan(Array(text.utf8), at: now) }
    }
}
