import RelayCore
import RelayFormats
import RelayJSON

/// Documents written for the cases of which the corpus has no example. Together they fill every field that contains an
/// id, a JID or a phone number, in every format. No id or number in them belongs to a real person.
enum OwnDocuments {
    static let all: [CorpusDocument] = {
        let documents: [(any SourceFormat.Type, [String])] = [
            (BaileysFormat.self, baileys), (EvolutionFormat.self, evolution), (EvolutionGoFormat.self, evolutionGo),
            (GowaFormat.self, gowa),
            (CloudAPIFormat.self, cloud), (NativeFormat.self, zapHub),
        ]
        return documents.flatMap { format, texts in
            texts.enumerated().compactMap { index, text in
                (try? json(text)).map {
                    let expected: JSON = ["format": .string(format.name), "session": "demo"]
                    return CorpusDocument(name: "\(format.name)/made_up_\(index)", raw: $0, expected: expected)
                }
            }
        }
    }()

    private static let baileys = [
        upsert(
            #"""
            {"key": {"remoteJid": "1203630001@g.us", "id": "3EB0GROUP", "fromMe": false, "participant": "100000000000002@lid",
                     "participantAlt": "5511999999002:7@s.whatsapp.net"}, "messageTimestamp": 1750168528, "pushName": "Ana",
             "message": {"extendedTextMessage": {"text": "hi", "contextInfo": {
               "stanzaId": "3EB0QUOTED", "participant": "100000000000003@lid", "remoteJid": "status@broadcast",
               "quotedMessage": {"conversation": "?"}, "mentionedJid": ["5511999999004@s.whatsapp.net", "77@lid"]}}}}
            """#),
        upsert(
            #"""
            {"key": {"remoteJid": "100000000000005@lid", "remoteJidAlt": "5511999999005@s.whatsapp.net", "id": "3EB0VOTE"},
             "message": {"pollUpdateMessage": {"pollCreationMessageKey": {"id": "3EB0POLL"}}}}
            """#),
        upsert(
            #"""
            {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "3EB0ORDER", "fromMe": true},
             "message": {"orderMessage": {"orderId": "9", "sellerJid": "5511999999006@s.whatsapp.net"}}}
            """#),
        envelope(
            "messages.reaction",
            #"""
            [{"key": {"remoteJid": "1203630001@g.us", "id": "3EB0TARGET", "fromMe": true},
              "reaction": {"key": {"remoteJid": "1203630001@g.us", "id": "3AREACTION", "participant": "77@lid"}, "text": "x"}}]
            """#),
        envelope(
            "messages.delete",
            #"{"keys": [{"remoteJid": "5511999999001@s.whatsapp.net", "id": "3EB0GONE", "fromMe": false}]}"#),
        envelope(
            "message-receipt.update",
            #"""
            [{"key": {"remoteJid": "1203630001@g.us", "id": "3EB0OURS", "fromMe": true},
              "receipt": {"userJid": "5511999999002@s.whatsapp.net", "readTimestamp": 1750168528}}]
            """#),
        envelope(
            "call",
            #"""
            [{"id": "CALL1", "chatId": "100000000000002@lid", "from": "100000000000002@lid",
              "callerPn": "5511999999002@s.whatsapp.net", "groupJid": "1203630001@g.us", "status": "offer"}]
            """#),
        envelope(
            "contacts.upsert",
            #"[{"id": "100000000000002@lid", "phoneNumber": "5511999999002@s.whatsapp.net", "name": "Ana"}]"#),
        envelope(
            "groups.upsert",
            #"""
            [{"id": "1203630001@g.us", "subject": "Team", "owner": "100000000000002@lid",
              "ownerPn": "5511999999002@s.whatsapp.net", "author": "88@lid",
              "participants": [{"id": "100000000000003@lid", "phoneNumber": "5511999999003@s.whatsapp.net", "admin": "admin"}]}]
            """#),
        envelope("lid-mapping.update", #"{"lid": "100000000000002@lid", "pn": "5511999999002@s.whatsapp.net"}"#),
        envelope(
            "presence.update",
            #"{"id": "1203630001@g.us", "presences": {"100000000000002@lid": {"lastKnownPresence": "composing"}}}"#),
        envelope("connection.update", #"{"connection": "open", "user": {"id": "5511999999009:7@s.whatsapp.net"}}"#),
    ]

    private static let evolution = [
        RelayFormatsTests.evolution(
            "messages.upsert",
            #"""
            {"key": {"remoteJid": "1203630001@g.us", "id": "3EB0GROUP", "fromMe": false, "participant": "100000000000002@lid",
                     "participantAlt": "5511999999002@s.whatsapp.net"}, "pushName": "Ana",
             "message": {"conversation": "hi"}, "contextInfo": {"stanzaId": "3EB0QUOTED", "participant": "77@lid",
                                                                "mentionedJid": ["88@lid"]}}
            """#),
        RelayFormatsTests.evolution(
            "contacts.update",
            #"[{"remoteJid": "100000000000002@lid", "remoteJidAlt": "5511999999002@s.whatsapp.net", "pushName": "Ana"}]"#
        ),
        RelayFormatsTests.evolution(
            "messages.update",
            #"{"keyId": "3EB0OURS", "remoteJid": "1203630001@g.us", "fromMe": true, "participant": "77@lid", "status": "READ"}"#
        ),
        RelayFormatsTests.evolution(
            "presence.update",
            #"{"id": "100000000000002@lid", "presences": {"77@lid": {"lastKnownPresence": "composing"}}}"#),
        RelayFormatsTests.evolution(
            "connection.update", #"{"state": "open", "wuid": "5511999999009@s.whatsapp.net"}"#),
        RelayFormatsTests.evolution(
            "messages.edited",
            #"""
            {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "3EB0TARGET"}, "type": "MESSAGE_EDIT",
             "editedMessage": {"conversation": "new"}, "timestampMs": "1750168528000"}
            """#),
        RelayFormatsTests.evolution(
            "call",
            #"[{"id": "CALL1", "from": "100000000000002@lid", "callerPn": "5511999999002@c.us", "status": "offer"}]"#),
        RelayFormatsTests.evolution(
            "group-participants.update",
            #"""
            {"id": "1203630001@g.us", "action": "add", "author": "88@lid", "participants": ["100000000000002@lid"],
             "participantsData": [{"jid": "100000000000002@lid", "phoneNumber": "100000000000002"}]}
            """#),
    ]

    private static let evolutionGo = [
        whatsmeowText(
            #"{"reactionMessage": {"key": {"ID": "3EB0TARGET"}, "text": "x"}}"#,
            #""Chat": "1203630001@g.us", "Sender": "100000000000002:3@lid", "SenderAlt": "5511999999002@s.whatsapp.net""#
        ),
        whatsmeowText(
            #"{"pollUpdateMessage": {"pollCreationMessageKey": {"ID": "3EB0POLL"}}}"#,
            #""Chat": "100000000000002@lid", "Sender": "100000000000002@lid", "SenderAlt": "5511999999002@s.whatsapp.net""#
        ),
        RelayFormatsTests.evolutionGo("Connected", #"{"status": "open", "jid": "5511999999009:7@s.whatsapp.net"}"#),
        RelayFormatsTests.evolutionGo(
            "PushName", #"{"JID": "77@lid", "JIDAlt": "5511999999001@s.whatsapp.net", "NewPushName": "Maria"}"#),
        RelayFormatsTests.evolutionGo(
            "JoinedGroup",
            #"""
            {"JID": "1203630001@g.us", "OwnerJID": "77@lid", "OwnerPN": "5511999999009@s.whatsapp.net", "Name": "Team",
             "Participants": [{"JID": "88@lid", "PhoneNumber": "5511999999008@s.whatsapp.net", "LID": "88@lid"}]}
            """#),
        RelayFormatsTests.evolutionGo(
            "ChatPresence",
            #"{"Chat": "1203630001@g.us", "Sender": "77@lid", "SenderAlt": "5511999999001@s.whatsapp.net", "State": "composing"}"#
        ),
        RelayFormatsTests.evolutionGo(
            "HistorySync",
            #"""
            {"Data": {"conversations": [{"ID": "1203630001@g.us", "name": "Team", "messages": [{"message": {
               "key": {"remoteJID": "1203630001@g.us", "ID": "3EB0OLD", "participant": "77@lid"},
               "message": {"conversation": "then"}}}]}],
             "pushnames": [{"ID": "5511999999002@s.whatsapp.net", "pushname": "Ana"}],
             "phoneNumberToLidMappings": [{"pnJID": "5511999999001@s.whatsapp.net", "lidJID": "77@lid"}]}}
            """#),
    ]

    /// A document of Evolution Go with a message.
    private static func whatsmeowText(_ content: String, _ info: String) -> String {
        RelayFormatsTests.evolutionGo(
            "Message",
            #"{"Info": {\#(info), "IsFromMe": false, "ID": "3EB0A1", "PushName": "Ana"}, "Message": \#(content)}"#)
    }

    private static let gowa = [
        RelayFormatsTests.gowa(
            "message",
            #"""
            {"id": "3EB0A1", "chat_id": "120363000001@g.us", "from": "628123456789@s.whatsapp.net", "from_lid": "77@lid",
             "body": "hi", "replied_to_id": "3EB0QUOTED", "quoted_body": "?"}
            """#),
        RelayFormatsTests.gowa(
            "message",
            #"""
            {"id": "3EB0A2", "chat_id": "628123456789@s.whatsapp.net", "chat_lid": "77@lid", "is_from_me": true, "body": "hi",
             "from": "628987654321@s.whatsapp.net"}
            """#),
        RelayFormatsTests.gowa(
            "message",
            #"{"id": "3EB0A3", "chat_id": "77@lid", "from": "628123456789:4@s.whatsapp.net in 77@lid", "from_lid": "77@lid", "body": "hi"}"#
        ),
        RelayFormatsTests.gowa(
            "message", #"{"id": "3EB0A4", "chat_id": "5@broadcast", "from": "88@lid", "body": "hi"}"#),
        RelayFormatsTests.gowa(
            "message",
            #"{"id": "3EB0A5", "chat_id": "88@lid", "from": "88@lid", "poll": {"type": "vote", "poll_id": "3EB0POLL"}}"#
        ),
        RelayFormatsTests.gowa(
            "call.offer",
            #"{"call_id": "CALL1", "from": "628123456789@s.whatsapp.net", "from_lid": "77@lid", "group_jid": "5@g.us"}"#
        ),
        RelayFormatsTests.gowa(
            "group.participants",
            #"{"chat_id": "120363000001@g.us", "type": "join", "jids": ["77@lid", "628123456789@s.whatsapp.net"]}"#),
        RelayFormatsTests.gowa(
            "message.ack", #"{"ids": ["3EB0A1"], "chat_id": "5@g.us", "from": "77@lid", "receipt_type": "read"}"#),
    ]

    private static let people =
        #"[{"profile": {"name": "Ana", "username": "@ana"}, "wa_id": "16505551234", "user_id": "US.134912"}]"#

    private static let cloud = [
        cloudMessage(
            #"""
            "context": {"from": "15550783881", "id": "wamid.Q"}, "type": "text", "text": {"body": "Hi"},
            "group_id": "Y2FwaV9ncm91cDox"
            """#,
            from: #""from": "16505551234", "from_user_id": "US.134912""#, contacts: people),
        cloudMessage(
            #""type": "text", "text": {"body": "Hi"}"#,
            from: #""from_user_id": "US.13491208655302741918", "from_parent_user_id": "US.ENT.11815""#),
        cloudMessage(
            #""type": "system", "system": {"type": "user_changed_number", "wa_id": "16505559999", "user_id": "US.2"}"#),
        cloudStatus(
            #"""
            "status": "read", "recipient_type": "group", "recipient_id": "Y2FwaV9ncm91cDox",
            "recipient_participant_id": "16505551234", "recipient_participant_user_id": "US.134912"
            """#),
        webhook(
            field: "smb_app_state_sync",
            value(
                #"""
                "state_sync": [{"type": "contact", "action": "add",
                                "contact": {"full_name": "Ana", "phone_number": "+1 650 555-1234", "user_id": "US.134912"}}]
                """#)),
        webhook(
            field: "calls",
            value(
                #"""
                "contacts": \#(people), "calls": [{"id": "wacid.A", "event": "connect", "direction": "BUSINESS_INITIATED",
                "from": "15550783881", "to": "16505551234", "timestamp": "1750030073"}]
                """#)),
        webhook(
            field: "group_participants_update",
            value(
                #"""
                "groups": [{"type": "group_participants_add", "group_id": "Y2FwaV9ncm91cDox", "request_id": "R1",
                            "join_request_id": "J1",
                            "added_participants": [{"wa_id": "16505551234"}, {"user_id": "US.134912"}]}]
                """#)),
        webhook(
            field: "history",
            value(
                #"""
                "history": [{"threads": [{"id": "16505551234", "messages": [
                  {"from": "15550783881", "to": "16505551234", "id": "wamid.B", "type": "text", "text": {"body": "Hi"}}]}]}]
                """#)),
    ]

    private static let zapHub = [
        #"""
        {"event": "group.participants.add", "session_id": "z", "data": {"groupId": "1203630001@g.us", "author": "77@lid",
         "authorPn": "5511999999003@c.us", "participants": [{"id": "88@lid", "phoneNumber": "5511999999002@s.whatsapp.net"}],
         "timestamp": "2025-01-16T12:00:00Z"}}
        """#,
        #"""
        {"event": "message.reaction", "session_id": "z", "data": {"messageId": "3EB0TARGET", "remoteJid": "1203630001@g.us",
         "participant": "77@lid", "fromMe": false, "reaction": {"text": "x"}}}
        """#,
        #"""
        {"event": "message.receipt.delivered", "session_id": "z", "data": {"messageId": "3EB0A1", "fromMe": true,
         "remoteJid": "1203630001@g.us", "userJid": "77@lid", "receiptTimestamp": 1750168528}}
        """#,
        #"""
        {"event": "message.received", "session": "z", "payload": {"messageId": "3EB0A1", "chatId": "5511999999001@c.us"}}
        """#,
    ]
}
