import RelayCore
import RelayJSON
import Testing

@testable import RelayPipeline

private let lid = "9@lid"
private let phone = "4915112345678@s.whatsapp.net"

private func event(_ id: Int64, _ chat: String) -> Event {
    Event(
        id: EventID(id), source: "s", type: .messageReceived, session: "main", chat: chat, occurredAt: nil,
        receivedAt: Timestamp(milliseconds: id), payload: [:])
}

private func key(_ chat: String) -> ChatOrderQueue.OrderingKey {
    ChatOrderQueue.OrderingKey(session: "main", chat: chat)
}

/// A queue whose results can stand in expectations, which take no mutating call.
private final class QueueReference {
    private var queue = ChatOrderQueue()

    var waiting: Int { queue.waiting }
    var count: Int { queue.count }

    func hold(_ event: Event) -> Bool { queue.hold(event) }
    func block(_ event: Event) { queue.block(event) }
    func release(_ event: Event) { queue.release(event) }
    func next(of key: ChatOrderQueue.OrderingKey) -> EventID? { queue.next(of: key) }
    func join(_ other: ChatOrderQueue.OrderingKey, into key: ChatOrderQueue.OrderingKey) {
        queue.join(other, into: key)
    }
    func mayRun(_ event: Event) -> Bool { queue.mayRun(event) }
    func putBack(_ event: Event) { queue.putBack(event) }
}

/// Events that wait, and those that are held behind them.
struct ChatOrderQueueTests {
    private let queue = QueueReference()

    @Test func eventsOfAChatAreHeldBehindTheOneThatWaits() {
        #expect(!queue.hold(event(1, phone)))
        queue.block(event(1, phone))
        #expect(queue.hold(event(2, phone)) && queue.hold(event(3, phone)))
        #expect(!queue.hold(event(4, "5@g.us")), "another chat")
        #expect(queue.waiting == 1 && queue.count == 3)
        #expect(queue.next(of: key(phone)) == nil, "the first still waits")
        queue.release(event(1, phone))
        #expect(queue.next(of: key(phone)) == EventID(2))
        #expect(queue.next(of: key(phone)) == EventID(3))
        #expect(queue.next(of: key(phone)) == nil && queue.count == 0 && queue.waiting == 0)
        #expect(!queue.hold(event(5, phone)), "the key is free")
    }

    @Test func bothSpellingsOfANumberAreOneChat() {
        queue.block(event(1, "551187654321@s.whatsapp.net"))
        #expect(queue.hold(event(2, "5511987654321@s.whatsapp.net")))
    }

    @Test func joinedChatsGoOnInTheOrderOfAcceptanceWhenAllThatWaitAreDone() {
        queue.block(event(1, lid))
        queue.block(event(2, phone))
        #expect(queue.hold(event(3, lid)) && queue.hold(event(4, phone)) && queue.hold(event(5, lid)))
        queue.join(key(lid), into: key(phone))
        #expect(queue.waiting == 2 && queue.count == 5)
        #expect(queue.hold(event(6, lid)), "an event that was read under the hidden identity")
        queue.release(event(2, phone))
        #expect(queue.next(of: key(phone)) == nil, "an event of the other id still waits")
        queue.release(event(1, lid))
        #expect(queue.next(of: key(lid)) == EventID(3))
        #expect(queue.mayRun(event(3, phone)))
        #expect((0..<3).map { _ in queue.next(of: key(phone)) } == [4, 5, 6].map(EventID.init))
        #expect(queue.next(of: key(phone)) == nil)
        #expect(!queue.hold(event(7, lid)) && !queue.hold(event(8, phone)))
    }

    /// An event is taken for its chat, and only then it is known that the chat is another one.
    @Test func anEventWhoseChatBecameAnotherOneGoesBackToItsPlace() {
        queue.block(event(1, lid))
        queue.block(event(2, phone))
        #expect(queue.hold(event(3, phone)) && queue.hold(event(4, lid)))
        queue.release(event(1, lid))
        #expect(queue.next(of: key(lid)) == EventID(4))
        queue.join(key(lid), into: key(phone))
        #expect(!queue.mayRun(event(4, phone)))
        queue.putBack(event(4, phone))
        #expect(queue.next(of: key(lid)) == nil, "the phone's event waits")
        queue.release(event(2, phone))
        #expect((0..<3).map { _ in queue.next(of: key(phone)) } == [EventID(3), EventID(4), nil])
    }

    @Test func aChatWithoutWaitingEventsHasNothingToJoin() {
        queue.join(key(lid), into: key(phone))
        #expect(!queue.hold(event(1, phone)))
        queue.block(event(1, phone))
        queue.join(key(lid), into: key(phone))
        #expect(queue.waiting == 1 && queue.count == 1)
    }
}
