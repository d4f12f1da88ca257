import RelayCore
import Testing

@testable import RelayPipeline

/// Which chats new events must wait behind.
@Suite struct PendingChatsTests {
    private func key(_ chat: String?) -> PendingChats.OrderingKey { .init(session: "s", chat: chat) }

    private func event(_ id: Int64, _ chat: String?) -> PendingEventKey {
        PendingEventKey(id: EventID(id), session: "s", chat: chat)
    }

    private func chats(_ events: PendingEventKey..., limit: Int = 10) -> PendingChats {
        var chats = PendingChats(limit: limit)
        chats.read(events)
        return chats
    }

    @Test func beforeItIsReadEveryChatIsPending() {
        let chats = PendingChats()
        #expect(chats.mustBeRead && chats.contains(key("a")))
    }

    @Test func aChatIsPendingUntilItsLastEventIsProcessed() {
        var chats = chats(event(1, "a"), event(2, nil))
        chats.add(event(3, "a"))
        chats.endTransaction(isCommitted: true)
        #expect(chats.contains(key("a")) && chats.contains(key(nil)) && !chats.contains(key("b")))
        chats.remove([EventID(1), EventID(2)])
        #expect(chats.contains(key("a")) && !chats.contains(key(nil)))
        chats.remove([EventID(3), EventID(99)])
        #expect(!chats.contains(key("a")))
    }

    @Test func whatATransactionAddedIsForgottenWhenItFails() {
        var chats = chats(event(1, "a"))
        chats.add(event(2, "a"))
        chats.add(event(3, "b"))
        #expect(chats.contains(key("b")), "the events behind it in the transaction must wait")
        chats.endTransaction(isCommitted: false)
        #expect(chats.contains(key("a")) && !chats.contains(key("b")))
        chats.remove([EventID(1)])
        #expect(!chats.contains(key("a")))
    }

    @Test func spellingsOfANumberAreOneChat() {
        let chats = chats(event(1, "551191234567@s.whatsapp.net"))
        #expect(chats.contains(key("5511991234567@s.whatsapp.net")))
    }

    @Test func joinedChatsAreOne() {
        var chats = chats(event(1, "7@lid"), event(2, "a"))
        chats.join(key("7@lid"), into: key("a"))
        chats.join(key("none"), into: key("b"))
        #expect(!chats.contains(key("b")))
        chats.remove([EventID(2)])
        #expect(chats.contains(key("a")), "the hidden identity's event is the phone's")
        chats.remove([EventID(1)])
        #expect(!chats.contains(key("a")))
    }

    @Test func tooManyEventsMakeEveryChatPendingUntilMostAreProcessed() {
        var chats = PendingChats(limit: 4)
        chats.read((1...5).map { event($0, "a") })
        #expect(chats.contains(key("b")) && !chats.mustBeRead)
        chats.add(event(6, "c"))
        chats.remove([EventID(1)])
        #expect(!chats.mustBeRead)
        chats.remove([EventID(2)])
        #expect(chats.mustBeRead)
        chats.read([event(6, "c")])
        #expect(!chats.contains(key("b")) && chats.contains(key("c")))
        for id in 7...10 { chats.add(event(Int64(id), "d")) }
        #expect(chats.contains(key("b")))
    }
}
