import RelayCore
import RelayFormats
import RelayJSON

/// Documents of WAHA, written according to its documentation. No id or number in them belongs to a real person.
enum WAHADocuments {
    /// An envelope of the session `shop`, whose account is 5511999999000.
    static func envelope(_ event: String, _ payload: String, engine: String = "NOWEB") -> String {
        #"""
        {"id": "evt_01jqexample0000000000000001", "timestamp": 1768580592345, "event": "\#(event)", "session": "shop",
         "metadata": {"user.id": "7"},
         "me": {"id": "5511999999000@c.us", "pushName": "Shop", "lid": "900000000000000@lid",
                "jid": "5511999999000:20@s.whatsapp.net"},
         "payload": \#(payload), "engine": "\#(engine)",
         "environment": {"version": "2026.1.3", "engine": "\#(engine)", "tier": "PLUS"}}
        """#
    }

    /// A `message` of GOWS in a direct chat identified by the hidden identity; only `_data` contains the phone number
    /// (reference whatsapp.md, B.4, example 2).
    static let lidText = envelope(
        "message",
        #"""
        {"id": "false_100000000000002@lid_3AC22AE73E797638455D", "timestamp": 1768580591, "from": "100000000000002@lid",
         "fromMe": false, "source": "app", "to": null, "participant": null, "body": "Hello", "hasMedia": false,
         "media": null, "ack": 2, "ackName": "DEVICE", "location": null, "vCards": null, "replyTo": null,
         "_data": {"Info": {"Chat": "100000000000002@lid", "Sender": "100000000000002@lid", "IsFromMe": false,
                            "IsGroup": false, "AddressingMode": "lid", "SenderAlt": "5511999999002@s.whatsapp.net",
                            "RecipientAlt": "", "ID": "3AC22AE73E797638455D", "Type": "text", "PushName": "Contact",
                            "Timestamp": "2026-01-16T16:23:11Z", "VerifiedName": null},
                   "Message": {"extendedTextMessage": {"text": "Hello", "contextInfo": {"expiration": 86400}}},
                   "IsEphemeral": false, "IsViewOnce": false, "Status": 3}}
        """#,
        engine: "GOWS"
    )

    /// An image from GOWS with WAHA's copy and WhatsApp's reference.
    static let gowsImage = envelope(
        "message.any",
        #"""
        {"id": "false_120363000000000001@g.us_3EB0C0FFEE_100000000000003@lid", "timestamp": 1768580600,
         "from": "120363000000000001@g.us", "fromMe": false, "source": "app", "to": "100000000000003@lid",
         "participant": "100000000000003@lid", "body": "look", "hasMedia": true,
         "media": {"url": "http://waha:3000/api/files/shop/3EB0C0FFEE.jpg", "mimetype": "image/jpeg", "filename": null,
                   "error": null},
         "replyTo": {"id": "3EB0QUOTED", "participant": "900000000000000@lid", "body": "which one?"},
         "_data": {"Info": {"Chat": "120363000000000001@g.us", "Sender": "100000000000003:5@lid",
                            "SenderAlt": "5511999999003@s.whatsapp.net", "IsFromMe": false, "IsGroup": true,
                            "ID": "3EB0C0FFEE", "PushName": "Maria",
                            "VerifiedName": {"Details": {"verifiedName": "Maria Ltd", "serial": 4651594154187643283}}},
                   "Message": {"imageMessage": {
                       "URL": "https://mmg.whatsapp.net/v/t62.7118-24/x.enc?oe=693F0B70", "mimetype": "image/jpeg",
                       "caption": "look", "fileSHA256": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
                       "fileEncSHA256": "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=", "fileLength": 117512,
                       "height": 800, "width": 600, "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                       "directPath": "/v/t62.7118-24/x.enc?oe=693F0B70", "JPEGThumbnail": "VEhVTUI=",
                       "contextInfo": {"stanzaID": "3EB0QUOTED", "participant": "900000000000000@lid",
                                       "quotedMessage": {"conversation": "which one?"}, "isForwarded": true,
                                       "mentionedJID": ["5511999999004@s.whatsapp.net", "77@lid"]}}},
                   "IsViewOnce": true}}
        """#,
        engine: "GOWS"
    )

    /// A list reply from NOWEB; the flat fields contain only its text.
    static let nowebListReply = envelope(
        "message",
        #"""
        {"id": "false_5511999999004@c.us_3A0000LIST", "timestamp": 1768580700, "from": "5511999999004@c.us",
         "fromMe": false, "source": "app", "body": "Pizza\nLarge", "hasMedia": false, "media": null, "ack": 2,
         "_data": {"key": {"remoteJid": "100000000000004@lid", "remoteJidAlt": "5511999999004@s.whatsapp.net",
                           "fromMe": false, "id": "3A0000LIST", "addressingMode": "lid"},
                   "messageTimestamp": 1768580700, "pushName": "João", "broadcast": false,
                   "message": {"listResponseMessage": {"title": "Pizza", "description": "Large",
                                                       "singleSelectReply": {"selectedRowId": "row-2"},
                                                       "contextInfo": {"stanzaId": "3EB0MENU"}}}}}
        """#
    )

    /// A voice note from WEBJS, whose `_data` has the structure of WhatsApp Web.
    static let webjsVoice = envelope(
        "message",
        #"""
        {"id": "false_5511999999005@c.us_3AVOICE", "timestamp": 1768580800, "from": "5511999999005@c.us",
         "fromMe": false, "to": "5511999999000@c.us", "body": "", "hasMedia": true,
         "media": {"url": "http://waha:3000/api/files/3AVOICE.oga", "mimetype": "audio/ogg; codecs=opus",
                   "filename": null},
         "vCards": [], "ack": 1, "ackName": "SERVER",
         "_data": {"id": {"fromMe": false, "remote": "5511999999005@c.us", "id": "3AVOICE",
                          "_serialized": "false_5511999999005@c.us_3AVOICE"},
                   "type": "ptt", "notifyName": "Ana", "mimetype": "audio/ogg; codecs=opus", "duration": "7", "size": 9000,
                   "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "directPath": "/v/t62.7117-24/y.enc",
                   "filehash": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
                   "encFilehash": "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=", "mediaKeyTimestamp": 1768580799,
                   "isForwarded": true, "mentionedJidList": []}}
        """#,
        engine: "WEBJS"
    )

    static let reaction = envelope(
        "message.reaction",
        #"""
        {"id": "false_5511999999002@c.us_3AREACTION", "from": "5511999999002@c.us", "fromMe": false,
         "participant": "5511999999002@c.us", "to": "5511999999002@c.us", "timestamp": 1710481111.853,
         "reaction": {"text": "🙏", "messageId": "true_5511999999002@c.us_3EB0TARGET"}}
        """#,
        engine: "WEBJS"
    )

    static let edit = envelope(
        "message.edited",
        #"""
        {"id": "false_5511999999002@c.us_3AEDIT", "timestamp": 1768580900, "from": "5511999999002@c.us",
         "fromMe": false, "body": "New body", "editedMessageId": "3AORIGINAL", "hasMedia": false,
         "_data": {"key": {"remoteJid": "5511999999002@s.whatsapp.net", "fromMe": false, "id": "3AEDIT"},
                   "message": {"protocolMessage": {"key": {"id": "3AORIGINAL", "fromMe": true}, "type": "MESSAGE_EDIT",
                                                   "editedMessage": {"conversation": "New body"},
                                                   "timestampMs": "1768580899500"}}}}
        """#
    )

    static let revocation = envelope(
        "message.revoked",
        #"""
        {"after": {"id": "false_120363000000000001@g.us_3AREVOKE_5511999999002@c.us", "timestamp": 1768581000,
                   "from": "120363000000000001@g.us", "fromMe": false, "participant": "5511999999002@c.us"},
         "revokedMessageId": "3AORIGINAL", "before": null}
        """#
    )

    static let groupAck = envelope(
        "message.ack.group",
        #"""
        {"id": "true_120363000000000001@g.us_3EB0SENT_5511999999000@c.us", "from": "120363000000000001@g.us",
         "to": "120363000000000001@g.us", "participant": "100000000000003@lid", "fromMe": true, "ack": 3,
         "ackName": "READ",
         "_data": {"Chat": "120363000000000001@g.us", "Sender": "100000000000003:0@lid", "IsFromMe": false,
                   "IsGroup": true, "SenderAlt": "5511999999003@s.whatsapp.net", "MessageIDs": ["3EB0SENT"],
                   "Timestamp": "2026-01-16T16:25:00Z", "Type": "read"}}
        """#,
        engine: "GOWS"
    )

    static let vote = envelope(
        "poll.vote",
        #"""
        {"vote": {"id": "false_5511999999002@c.us_83ACBE60", "to": "me", "from": "5511999999002@c.us", "fromMe": false,
                  "selectedOptions": ["Awesome!"], "timestamp": 1692861427},
         "poll": {"id": "true_5511999999002@c.us_BAE5F2EF", "to": "5511999999002@c.us", "from": "me", "fromMe": true}}
        """#
    )

    static let groupJoin = envelope(
        "group.v2.join",
        #"""
        {"group": {"id": "120363000000000001@g.us", "subject": "Work", "description": "Where we work",
                   "invite": "https://chat.whatsapp.com/x", "membersCanSendMessages": true,
                   "participants": [{"id": "100000000000003@lid", "pn": "5511999999003@c.us", "role": "superadmin"},
                                    {"id": "5511999999000@c.us", "role": "participant"}]},
         "timestamp": 1768581100000, "_data": {}}
        """#
    )

    static let members = envelope(
        "group.v2.participants",
        #"""
        {"type": "promote", "timestamp": 1768581200, "group": {"id": "120363000000000001@g.us"},
         "participants": [{"id": "5511999999003@c.us", "role": "admin"}],
         "_data": {"author": "100000000000009@lid", "authorPn": "5511999999009@s.whatsapp.net"}}
        """#
    )

    static let presence = envelope(
        "presence.update",
        #"""
        {"id": "120363000000000001@g.us",
         "presences": [{"participant": "5511999999003@c.us", "lastKnownPresence": "typing", "lastSeen": null},
                       {"participant": "5511999999004@c.us", "lastKnownPresence": "offline", "lastSeen": 1768580000}]}
        """#
    )

    static let call = envelope(
        "call.received",
        #"""
        {"id": "CALL0001", "from": "100000000000002@lid", "timestamp": 1768581300.25, "isVideo": true, "isGroup": false,
         "_data": {"CallID": "CALL0001", "From": "100000000000002@lid", "CallCreator": "100000000000002@lid",
                   "CallCreatorAlt": "5511999999002@s.whatsapp.net", "GroupJID": ""}}
        """#,
        engine: "GOWS"
    )

    static func status(_ status: String, after previous: String? = nil) -> String {
        let before = previous.map { #"{"status": "\#($0)", "timestamp": 1768581390000}, "# } ?? ""
        return envelope(
            "session.status",
            #"""
            {"name": "shop", "status": "\#(status)",
             "statuses": [\#(before){"status": "\#(status)", "timestamp": 1768581400000}], "data": null}
            """#
        )
    }

    /// All documents, for mutation (``MutationTests``).
    static let all: [CorpusDocument] = {
        let texts = [
            ("lidText", lidText), ("gowsImage", gowsImage), ("nowebListReply", nowebListReply),
            ("webjsVoice", webjsVoice), ("reaction", reaction), ("edit", edit), ("revocation", revocation),
            ("groupAck", groupAck), ("vote", vote), ("groupJoin", groupJoin), ("members", members),
            ("presence", presence), ("call", call), ("status", status("WORKING", after: "STARTING")),
            ("location", WAHAMessageTests.location), ("cards", WAHAMessageTests.cards),
        ]
        return texts.compactMap { name, text in
            (try? json(text)).map { CorpusDocument(name: "waha/\(name)", raw: $0, expected: ["format": "waha"]) }
        }
    }()
}
