import RelayCore
import RelayJSON
import Testing

/// A hidden identity becomes the phone's address wherever an event names a person, once the phone is known.
struct LIDResolverTests {
    private static let ana = "5511999990001@s.whatsapp.net"
    private static let lid = "100000000000001@lid"
    private static let unknown = "100000000000009@lid"

    private func resolved(_ type: EventType, chat: String? = "1203630@g.us", _ payload: JSONObject) -> JSONObject {
        let event = Event(
            id: EventID(1), source: "waha", type: type, session: "a", chat: chat, occurredAt: nil,
            receivedAt: Timestamp(seconds: 1), payload: payload)
        return LIDResolver.resolve(event) { $0 == Self.lid ? Self.ana : nil }.payload
    }

    @Test func membersOwnerAndAuthorOfAGroup() {
        let result = resolved(
            .groupUpdated,
            [
                "owner": .string(Self.lid), "author": .string(Self.lid),
                "participants": [
                    ["id": .string(Self.lid), "lid": .null], ["id": .string(Self.unknown), "lid": .null], 7,
                ],
            ])
        #expect(result["owner"] == .string(Self.ana) && result["ownerLid"] == .string(Self.lid))
        #expect(result["author"] == .string(Self.ana) && result["authorLid"] == .string(Self.lid))
        #expect(
            result["participants"] == [
                ["id": .string(Self.ana), "lid": .string(Self.lid)], ["id": .string(Self.unknown), "lid": .null], 7,
            ])
    }

    @Test func theCallerOfAGroupCall() {
        let result = resolved(.callReceived, ["from": .string(Self.lid), "groupId": "1203630@g.us"])
        #expect(result["from"] == .string(Self.ana) && result["chatLid"] == .string(Self.lid))
    }

    @Test func whoIsQuotedAndMentioned() {
        let mention: JSON = ["id": .string(Self.lid), "lid": .string(Self.lid), "phone": .null, "name": .null]
        let result = resolved(
            .messageReceived, ["quoted": ["participant": .string(Self.lid)], "mentions": [mention, .string(Self.lid)]])
        #expect(result["quoted"] == ["participant": .string(Self.ana), "participantLid": .string(Self.lid)])
        #expect(
            result["mentions"] == [
                ["id": .string(Self.ana), "lid": .string(Self.lid), "phone": "5511999990001", "name": .null],
                .string(Self.lid),
            ])
    }

    @Test func nothingElseChanges() {
        let payload: JSONObject = [
            "from": .string(Self.ana), "quoted": ["participant": .string(Self.unknown)],
            "content": ["text": .string(Self.lid)],
        ]
        #expect(resolved(.messageReceived, payload) == payload)
    }
}
