import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Edits, deletions and reactions, missing parts, sent messages, history, and the form of the wiki.
struct EvolutionGoChangeTests {
    private func one(_ document: String) throws -> ParsedEvent {
        try RelayFormatsTests.one(document, as: EvolutionGoFormat())
    }

    @Test(arguments: [
        (
            #"{"protocolMessage": {"key": {"ID": "T", "fromMe": true}, "type": 14, "editedMessage": {"conversation": "new"}, "timestampMS": 1767366770998}}"#,
            ""
        ),
        (
            #"{"protocolMessage": {"key": {"ID": "T"}, "typeName": "MESSAGE_EDIT", "editedMessage": {"conversation": "new"}}}"#,
            ""
        ),
        (#"{"protocolMessage": {"key": {"ID": "T"}, "editedMessage": {"conversation": "new"}}}"#, #""Edit": "1""#),
    ])
    func anEditHasItsTarget(_ content: String, _ info: String) throws {
        let event = try one(try whatsmeow(content, info: info))
        #expect(event.type == .messageUpdated)
        #expect(event.payload["messageId"] == "T")
        #expect(event.payload["content"] == ["text": "new"])
        #expect(event.chat == "5511999999001@s.whatsapp.net")
    }

    @Test(arguments: [
        (#"{"protocolMessage": {"key": {"ID": "T"}, "type": 0}}"#, ""),
        (#"{"protocolMessage": {"key": {"ID": "T"}, "type": "REVOKE"}}"#, ""),
        (#"{"protocolMessage": {"key": {"ID": "T"}}}"#, #""Edit": "7""#),
        (#"{"protocolMessage": {"key": {"ID": "T"}}}"#, #""Edit": "8""#),
    ])
    func aDeletionHasItsTarget(_ content: String, _ info: String) throws {
        let event = try one(try whatsmeow(content, info: info))
        #expect(event.type == .messageDeleted)
        #expect(event.payload["messageId"] == "T")
    }

    @Test func reactionsAreReactions() throws {
        let event = try one(
            try whatsmeow(
                #"{"reactionMessage": {"key": {"remoteJID": "5511999999001@s.whatsapp.net", "ID": "T"}, "text": "👍", "senderTimestampMS": 1767366770998}}"#
            ))
        #expect(event.type == .messageReaction)
        #expect(event.payload["content"] == ["emoji": "👍", "targetMessageId": "T"])
    }

    @Test func whatIsOnThePhoneOnlyIsReportedAsSuch() throws {
        let document = try whatsmeow("null", more: #""IsUnavailable": true, "UnavailableType": "view_once""#)
        let event = try one(document)
        #expect(event.payload["type"] == "unsupported")
        #expect(event.payload["content"] == ["reason": "view_once_unavailable"])
        #expect(event.dedupKey != (try one(try whatsmeow(#"{"conversation": "x"}"#))).dedupKey)
        #expect(try read(try whatsmeow("null"), as: EvolutionGoFormat()).isEmpty)
    }

    @Test func whatTheAPISendsIsSentByUs() throws {
        let event = try one(
            try whatsmeow(#"{"extendedTextMessage": {"text": "Hi"}}"#, info: #""IsFromMe": true"#, event: "SendMessage")
        )
        #expect(event.type == .messageSent)
        #expect(event.payload["to"] == "5511999999001@s.whatsapp.net")
        #expect(event.payload["content"] == ["text": "Hi"])
    }

    @Test func historyBringsNamesAndMessages() throws {
        let events = try read(
            evolutionGo(
                "HistorySync",
                #"""
                {"Data": {"syncType": 3, "phoneNumberToLidMappings": [{"pnJID": "5511999999001@s.whatsapp.net", "lidJID": "77@lid"}],
                  "pushnames": [{"ID": "5511999999002@s.whatsapp.net", "pushname": "Ana"}, {"pushname": "?"}],
                  "conversations": [{"ID": "1203@g.us", "name": "Team", "messages": [
                    {"message": {"key": {"remoteJID": "1203@g.us", "fromMe": false, "ID": "A", "participant": "5511999999002@s.whatsapp.net"},
                     "message": {"conversation": "old"}, "messageTimestamp": 1750168528}},
                    {"message": {"key": {"remoteJID": "1203@g.us", "fromMe": false}, "message": {"conversation": "no id"}}}]}]}}
                """#
            ),
            as: EvolutionGoFormat()
        )
        #expect(events.map(\.type) == [.contactUpdated, .contactUpdated, .groupUpdated, .messageReceived])
        #expect(events.last?.payload["history"] == true)
        #expect(events.last?.payload["messageId"] == "A")
        #expect(events.last?.payload["participant"] == "5511999999002@s.whatsapp.net")
    }

    @Test func theWikisFormIsReadAsWell() throws {
        let event = try one(
            #"""
            {"event": "MESSAGE", "instance": "vendas", "data": {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "fromMe": false,
              "id": "A"}, "message": {"imageMessage": {}, "base64": "QUJD"}, "messageTimestamp": "1699999999", "pushName": "João"}}
            """#
        )
        #expect(event.payload["contactName"] == "João")
        #expect(event.embedded == Array("ABC".utf8))
    }
}
