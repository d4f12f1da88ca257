import RelayChatwoot
import RelayCore
import Testing

struct ChatwootDestinationOptionsTests {
    @Test func fewOptionsAreNeeded() throws {
        let options = try chatwoot()
        #expect(options.url == "https://chatwoot.example.com")
        #expect(options.inbox == .id(7))
        #expect(options.groups == .on && options.ownMessages == .outgoing && options.media == .attach)
        #expect(options.maxSize == 40 << 20 && options.reopen == .always && options.contactNames == .fill)
        #expect(options.latePrefix == .seconds(300) && options.language == .english && !options.history)
    }

    @Test func everyOptionIsRead() throws {
        let options = try chatwoot(
            """
            inbox_identifier: kQ2m
            sessions: [shop-*, support]
            groups: { allow: [120363999999999001, 123-456@g.us] }
            own_messages: note
            open_for_own: false
            edits: note
            deletes: delete
            reactions: off
            votes: note
            calls: note
            group_changes: note
            history: true
            media: link
            max_size: 1MiB
            reopen: 24h
            contact_names: follow
            receipts: false
            typing: false
            alerts: false
            language: pt-BR
            sign_names: false
            late_prefix: 1h
            utc_offset: "-03:00"
            """)
        let groups = Set(["120363999999999001@g.us", "123-456@g.us"].compactMap { JID($0) })
        #expect(options.groups == .only(groups))
        #expect(options.sessions.matches("shop-2") && !options.sessions.matches("other"))
        #expect(options.ownMessages == .note && !options.opensForOwn && options.edits == .note)
        #expect(options.deletes == .delete && options.reactions == .off && options.votes == .note)
        #expect(options.calls == .note && options.groupChanges == .note && options.history)
        #expect(options.media == .link && options.maxSize == 1 << 20 && options.reopen == .within(.seconds(86_400)))
        #expect(options.contactNames == .follow && !options.receipts && !options.typing && !options.alerts)
        #expect(options.language == .portuguese && !options.signNames && options.latePrefix == .seconds(3600))
        #expect(options.clock == UTCOffset(minutes: -180) && options.inboxIdentifier == "kQ2m")
    }

    @Test func anInboxIsNamedOrMade() throws {
        let made = "url: https://cw.example\naccount: 1\ntoken: t\ncreate_inbox: WhatsApp shop"
        #expect(mistake(made) == nil)
        #expect(mistake(made + "\ninbox: 7")?.contains("\"inbox\" says which already") == true)
        #expect(mistake("url: https://cw.example\naccount: 1\ntoken: t")?.contains("inbox: the number") == true)
    }

    @Test(arguments: [
        ("url: https://cw.example/api/v1", "write it without /api/v1"), ("url: https://cw.example?x=1", "query"),
        ("groups: some", "on, off, or a map"), ("groups: { allow: [a@lid] }", "no group's id"),
        ("reopen: sometimes", "duration"), ("utc_offset: 3", "-03:00"), ("own_messages: private", "note"),
        ("language: pt", "pt-BR"), ("media: inline", "attach"), ("account: 0", "account"),
    ])
    func aMistakeIsReported(_ line: String, _ hint: String) {
        var lines = ["url": "https://cw.example", "account": "1", "token": "t", "inbox": "7"]
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingPrefix(" ") }
        lines[String(parts[0])] = String(parts[1])
        let told = mistake(lines.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
        #expect(told?.contains(hint) == true, "\(told ?? "nothing")")
    }

    @Test func anAddressNeedsNoSlashAtItsEnd() throws {
        #expect(mistake("url: https://cw.example/\naccount: 1\ntoken: t\ninbox: 1") == nil)
    }

    @Test func aResolvedConversationIsReopenedInTime() {
        let now = Timestamp(seconds: 1_000_000)
        let old = now - .seconds(86_401)
        #expect(ConversationReopenPolicy.always.reuses(lastActivity: old, at: now, isLocked: false))
        #expect(!ConversationReopenPolicy.never.reuses(lastActivity: now, at: now, isLocked: false))
        #expect(ConversationReopenPolicy.within(.seconds(86_400)).reuses(lastActivity: now, at: now, isLocked: false))
        #expect(!ConversationReopenPolicy.within(.seconds(86_400)).reuses(lastActivity: old, at: now, isLocked: false))
        #expect(ConversationReopenPolicy.never.reuses(lastActivity: old, at: now, isLocked: true))
    }
}
