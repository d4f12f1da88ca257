import RelayCore
import Testing

struct IdentifierTests {
    @Test(arguments: [
        Int64(0), 1, 31, 32, 1 << 20, 1_763_029_800_000 << 20, .max, .max - 1, -1, .min,
    ])
    func lettersAreEncodedAndDecoded(value: Int64) {
        let text = SortableIDCodec.encode(value)
        #expect(text.utf8.count == 13)
        #expect(SortableIDCodec.decode(text) == value)
        #expect(EventID(EventID(value).description) == EventID(value))
        #expect(EventID(text) == EventID(value))
    }

    @Test func textsSortLikeNumbersAndTime() {
        var last: Int64 = 0
        var texts: [String] = []
        for millisecond: Int64 in [5, 5, 5, 4, 6, 1_763_029_800_000, 1_763_029_800_000, 1_763_029_799_000] {
            let next = SortableIDCodec.next(after: last, at: Timestamp(milliseconds: millisecond))
            #expect(next > last, "ids grow even when the clock does not")
            last = next
            texts.append(SortableIDCodec.encode(next))
        }
        #expect(texts == texts.sorted())
        #expect(Set(texts).count == texts.count)
        #expect(SortableIDCodec.timestamp(of: last) == Timestamp(milliseconds: 1_763_029_800_000))
    }

    @Test(arguments: [
        "", "0", "00000000000000", "000000000000", "000000000000i", "000000000000l", "000000000000o", "000000000000u",
        "000000000000A", "00000000000-0", "000000000000é", "g000000000000", "zzzzzzzzzzzzz",
    ])
    func otherLettersAreNoID(text: String) {
        #expect(SortableIDCodec.decode(text) == nil)
        #expect(EventID(text) == nil)
        #expect(EventID("evt_" + text) == nil)
        #expect(DeliveryID("msg_" + text) == nil)
    }

    @Test func aDeliveryIsFoundByEachOfItsNames() {
        let id = DeliveryID(SortableIDCodec.next(after: 0, at: Timestamp(seconds: 1_763_029_800)))
        let moment = Timestamp(seconds: 1_763_029_800)
        for session in ["main", "a-b-c", "5511999999999@s.whatsapp.net", "x"] {
            let name = DeliveryIDFormat.text(of: id, session: session, type: .messageReceived, at: moment)
            #expect(name == "webhook-\(session)-message.received-1763029800-\(id.suffix)")
            #expect(DeliveryID(name) == id)
        }
        #expect(id.webhookID == "msg_" + id.suffix)
        #expect(DeliveryID(id.webhookID) == id)
        #expect(DeliveryID(id.suffix) == id)
        #expect(!id.webhookID.contains("."))
        for text in ["", "-", "webhook-main", "webhook-main-message.received-1763029800-", "msg_", "evt_\(id.suffix)"] {
            #expect(DeliveryID(text) == nil, "\(text)")
        }
    }
}
