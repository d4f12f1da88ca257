import RelayCore
import RelayJSON
import RelayTesting
import Testing

struct PlannedDeliveryTests {
    private func event(session: String = "main", payload: JSONObject) -> Event {
        Event(
            id: EventID(7),
            source: "baileys",
            type: .messageReceived,
            session: session,
            chat: "5511999999001@s.whatsapp.net",
            occurredAt: nil,
            receivedAt: Timestamp(milliseconds: 1_763_029_800_123),
            payload: payload
        )
    }

    /// Compared byte for byte, because these bytes are signed.
    @Test func theBodyIsTheEnvelopeOfStage07() {
        let planned = PlannedDelivery(
            of: event(payload: ["messageId": "A1", "content": ["text": "Olá \"você\""]]),
            to: "crm",
            lane: "main/5511999999001@s.whatsapp.net",
            pipeline: "default",
            signing: .standardWebhooks
        )
        let id = DeliveryID(42)
        let expected =
            #"{"event":"message.received","sessionId":"main","payload":{"messageId":"A1","content":{"text":"Olá \"você\""}},"#
            + #""timestamp":"2025-11-13T10:30:00.123Z","deliveryId":"webhook-main-message.received-1763029800-000000000001a"}"#
        #expect(String(decoding: planned.body(for: id), as: UTF8.self) == expected)
        #expect(planned.byteCount == expected.utf8.count)
        #expect(planned.body(for: id) == planned.body(for: id))
    }

    @Test func theIDInTheBodyIsTheOneInTheHeaders() throws {
        let session = "5511999999999@s.whatsapp.net"
        let planned = PlannedDelivery(
            of: event(session: session, payload: ["deliveryId": "mine", "timestamp": 1]),
            to: "crm",
            lane: nil,
            pipeline: "default",
            signing: nil
        )
        let id = DeliveryID(SortableIDCodec.next(after: 0, at: planned.receivedAt))
        let body = try JSON(parsing: planned.body(for: id))
        #expect(
            body["deliveryId"]?.string
                == DeliveryIDFormat.text(of: id, session: session, type: .messageReceived, at: planned.receivedAt)
        )
        #expect(body["payload"]?["deliveryId"] == "mine")
        #expect(body["payload"]?["timestamp"] == 1)
        #expect(planned.byteCount == planned.body(for: id).count)
    }

    @Test func aBodyOfItsOwnGetsTheIDAsItsLastMember() {
        let planned = PlannedDelivery(
            of: event(payload: [:]),
            body: ["deliveryId": "mine", "text": "oi"],
            to: "crm",
            lane: nil,
            pipeline: "default",
            signing: nil
        )
        let body = String(decoding: planned.body(for: DeliveryID(42)), as: UTF8.self)
        #expect(body == #"{"text":"oi","deliveryId":"webhook-main-message.received-1763029800-000000000001a"}"#)
        let empty = PlannedDelivery(
            of: event(payload: [:]), body: [:], to: "crm", lane: nil, pipeline: "default", signing: nil)
        #expect(
            String(decoding: empty.body(for: DeliveryID(42)), as: UTF8.self)
                == #"{"deliveryId":"webhook-main-message.received-1763029800-000000000001a"}"#)
        #expect(empty.byteCount == empty.body(for: DeliveryID(42)).count)
    }
}
