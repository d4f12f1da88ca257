import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The sender and the chat of a message: B-J1, hidden identities, broadcast lists (B.2).
struct BaileysIdentityTests {
    private func event(key: String, more: String = #""pushName": "Ana""#) throws -> ParsedEvent {
        try one(
            upsert(
                #"{"key": {"id": "A", \#(key)}, "message": {"conversation": "Hi"}, "messageTimestamp": 1, \#(more)}"#))
    }

    @Test(arguments: [
        ("5511999999001:15@s.whatsapp.net", "5511999999001@s.whatsapp.net"),
        ("5511999999001@c.us", "5511999999001@s.whatsapp.net"),
        ("5511999999001:3@hosted", "5511999999001@s.whatsapp.net"), ("77:99@hosted.lid", "77@lid"),
        ("551199-1500@g.us", "551199-1500@g.us"), ("123@newsletter", "123@newsletter"),
    ])
    func addressesAreCanonical(_ written: String, _ canonical: String) throws {
        #expect(try event(key: #""remoteJid": "\#(written)", "fromMe": false"#).chat == canonical)
    }

    @Test func aHiddenIdentityWithItsPhoneIsThePhone() throws {
        let event = try event(
            key: #""remoteJid": "100000000000002@lid", "remoteJidAlt": "5511999999002@s.whatsapp.net", "fromMe": false"#
        )
        #expect(event.chat == "5511999999002@s.whatsapp.net")
        #expect(event.payload["from"] == "5511999999002@s.whatsapp.net")
        #expect(event.payload["chatLid"] == "100000000000002@lid")
        #expect(event.dedupKey == "message.received|5511999999002@s.whatsapp.net|A")
    }

    @Test func aChatThatWasCalledOtherwiseBeforeKeepsBothAddresses() throws {
        let event = try event(
            key: #""remoteJid": "5511999999002@s.whatsapp.net", "previousRemoteJid": "7@lid", "fromMe": true"#)
        #expect(event.chat == "5511999999002@s.whatsapp.net")
        #expect(event.payload["chatLid"] == "7@lid")
    }

    @Test func aHiddenIdentityAloneStaysWhatItIs() throws {
        let event = try event(key: #""remoteJid": "100000000000002@lid", "fromMe": false"#)
        #expect(event.chat == "100000000000002@lid")
        #expect(event.payload["chatLid"] == nil)
        #expect(event.payload["contactName"] == "Ana")
    }

    @Test func keysBeforeBaileys7NameTheSenderOtherwise() throws {
        let received = try event(
            key: #""remoteJid": "100000000000002@lid", "senderPn": "5511999999002@s.whatsapp.net", "fromMe": false"#
        )
        #expect(received.chat == "5511999999002@s.whatsapp.net")
        // In the account's own messages, the sender is the account, not the chat.
        let sent = try event(
            key: #""remoteJid": "100000000000002@lid", "senderPn": "5511999999009@s.whatsapp.net", "fromMe": true"#
        )
        #expect(sent.chat == "100000000000002@lid")
    }

    @Test(arguments: ["participantAlt", "participantPn"])
    func theAuthorInAGroupIsThePhone(_ field: String) throws {
        let event = try event(
            key: #""remoteJid": "120363000000000001@g.us", "participant": "100000000000003:4@lid", "fromMe": false,"#
                + #" "\#(field)": "5511999999003@s.whatsapp.net""#
        )
        #expect(event.chat == "120363000000000001@g.us")
        #expect(event.payload["from"] == "5511999999003@s.whatsapp.net")
        #expect(event.payload["participant"] == "5511999999003@s.whatsapp.net")
        #expect(event.payload["participantLid"] == "100000000000003@lid")
        #expect(event.payload["participantName"] == "Ana")
        #expect(event.payload["contactName"] == .null)
        #expect(event.payload["isGroup"] == true)
        #expect(event.payload["groupId"] == "120363000000000001@g.us")
        #expect(event.payload["groupName"] == .null)
    }

    @Test func theAuthorOfAStatusIsItsParticipant() throws {
        let event = try event(
            key: #""remoteJid": "status@broadcast", "participant": "5511999999003@s.whatsapp.net", "fromMe": false"#
        )
        #expect(event.payload["chatKind"] == "status")
        #expect(event.payload["isGroup"] == false)
        #expect(event.payload["from"] == "5511999999003@s.whatsapp.net")
        #expect(event.payload["participantName"] == "Ana")
    }

    @Test func aBroadcastListsMessageIsInTheChatWithItsSender() throws {
        let key = #""remoteJid": "12345@broadcast", "participant": "5511999999003@s.whatsapp.net""#
        let received = try event(key: key + #", "fromMe": false"#)
        #expect(received.chat == "5511999999003@s.whatsapp.net")
        #expect(received.payload["participant"] == .null)
        #expect(received.payload["contactName"] == "Ana")
        #expect(received.payload["broadcastList"] == "12345@broadcast")
        #expect(try event(key: key + #", "fromMe": true"#).chat == "12345@broadcast")
    }

    @Test func anEmptyParticipantIsNone() throws {
        let event = try event(key: #""remoteJid": "5511999999001@s.whatsapp.net", "participant": "", "fromMe": false"#)
        #expect(event.payload["participant"] == .null)
    }
}
