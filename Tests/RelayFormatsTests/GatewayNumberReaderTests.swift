import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// B-T1: times in all notations that gateways use.
struct GatewayNumberReaderTests {
    private func sent(_ moment: String) throws -> ParsedEvent {
        try one(
            upsert(
                #"{"key": {"remoteJid": "1@s.whatsapp.net", "id": "A", "fromMe": false}, "message": {"conversation": "x"}, "messageTimestamp": \#(moment)}"#
            )
        )
    }

    @Test(arguments: [
        "1710481111", "1710481111.853", #""1710481111""#, "1710481111853", #""1710481111853""#, "1.710481111e9",
        #"{"low": 1710481111, "high": 0, "unsigned": true}"#, #"{"low": 1084128045, "high": 398, "unsigned": false}"#,
        #""2024-03-15T05:38:31.853Z""#, #""2024-03-15T02:38:31-03:00""#,
    ])
    func momentsInEveryForm(_ moment: String) throws {
        let event = try sent(moment)
        #expect(event.payload["timestamp"] == 1_710_481_111)
        #expect(event.occurredAt?.seconds == 1_710_481_111)
        #expect(event.payload["timestampSource"] == nil)
    }

    /// `{low: 2135212342, high: 411}` = 1767366770998 ms: a negative low half is the upper half of its range.
    @Test func longsAreExact() throws {
        #expect(
            try sent(#"{"low": 2135212342, "high": 411, "unsigned": false}"#).occurredAt?.milliseconds
                == 1_767_366_770_998)
        #expect(
            try sent(#"{"low": -2135212342, "high": 411, "unsigned": false}"#).occurredAt?.milliseconds
                == 1_767_391_313_610)
    }

    @Test(arguments: [
        "0", "-5", "null", #""soon""#, #""18446744073709551615""#, "18446744073709551615", "1e400", "true", "[]", "{}",
        #"{"low": -1, "high": -1, "unsigned": true}"#, #"{"low": 99999999999, "high": 0}"#, #""nan""#,
    ])
    func whatIsNoMomentIsTheReceipt(_ moment: String) throws {
        let event = try sent(moment)
        #expect(event.occurredAt == nil)
        #expect(event.payload["timestamp"] == .int(receivedAt.seconds))
        #expect(event.payload["timestampSource"] == "received")
    }
}
