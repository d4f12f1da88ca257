import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Shapes that one gateway writes in its own way: WhatsApp Web's business messages, Evolution's own channel, the groups of
/// Evolution Go, and people named beside their hidden identity.
struct GatewayGapTests {
    private func webjs(_ data: String, _ more: String = "") throws -> ParsedEvent {
        let payload = #"""
            {"id": "false_5511999999001@c.us_3EB0A1", "from": "5511999999001@c.us", "fromMe": false, "hasMedia": false,
             "media": null, "body": "" \#(more.isEmpty ? "" : ", " + more), "_data": \#(data)}
            """#
        return try one(WAHADocuments.envelope("message", payload, engine: "WEBJS"), as: WAHAFormat())
    }

    @Test func aProductOfWhatsAppWebKeepsItsData() throws {
        let event = try webjs(
            #"""
            {"type": "product", "productId": "77", "title": "Camisa", "description": "Azul", "currencyCode": "BRL",
             "priceAmount1000": 99900, "retailerId": "C-1", "url": "https://example.com/c",
             "businessOwnerJid": {"_serialized": "5511999999000@c.us"}, "mediaKey": "a2V5"}
            """#)
        #expect(event.payload["type"] == "product")
        #expect(
            event.payload["content"] == [
                "productId": "77", "title": "Camisa", "description": "Azul", "text": .null, "priceAmount1000": 99900,
                "currency": "BRL", "url": "https://example.com/c", "retailerId": "C-1",
                "sellerId": "5511999999000@s.whatsapp.net",
            ])
    }

    @Test func anInvitationOfWhatsAppWebKeepsItsData() throws {
        let event = try webjs(
            #"""
            {"type": "groups_v4_invite", "inviteCode": "AbC", "inviteCodeExp": 1768580591, "inviteGrpName": "Equipe",
             "inviteGrp": {"_serialized": "120363000000000001@g.us"}, "comment": "venha"}
            """#)
        #expect(event.payload["type"] == "group_invite")
        #expect(
            event.payload["content"] == [
                "groupId": "120363000000000001@g.us", "groupName": "Equipe", "text": "venha", "inviteCode": "AbC",
                "expiresAt": 1_768_580_591,
            ])
    }

    @Test func whatNothingMapsKeepsTheEnginesData() throws {
        let event = try webjs(#"{"type": "new_kind", "t": 1768580591, "notifyName": "Ana", "rating": {"stars": 5}}"#)
        #expect(event.payload["type"] == "unsupported")
        #expect(event.payload["content"]?["raw"] == ["type": "new_kind", "media": .null, "rating": ["stars": 5]])
    }

    // MARK: Evolution's own channel

    @Test(arguments: [
        (
            "messages.upsert",
            #"{"key": {"id": "A", "remoteJid": "5511999990001", "fromMe": false}, "message": {"conversation": "oi"}}"#
        ),
        (
            "send.message",
            #"{"key": {"id": "A", "remoteJid": "+55 11 99999-0001", "fromMe": true}, "message": {"conversation": "oi"}}"#
        ),
        ("messages.update", #"{"keyId": "A", "remoteJid": "5511999990001", "fromMe": true, "status": "READ"}"#),
        ("messages.delete", #"{"id": "A", "remoteJid": "5511999990001", "fromMe": true}"#),
        ("contacts.update", #"{"remoteJid": "5511999990001", "pushName": "Maria"}"#),
        ("chats.upsert", #"[{"remoteJid": "5511999990001", "name": "Maria"}]"#),
    ])
    func aBareNumberIsAPhone(_ name: String, _ data: String) throws {
        let event = try one(evolution(name, data), as: EvolutionFormat())
        #expect(event.chat == "5511999990001@s.whatsapp.net")
    }

    @Test(arguments: [
        #"{"id": "A", "remoteJid": "100000000000001", "remoteJidAlt": "100000000000001@lid"}"#,
        #"{"id": "A", "remoteJid": "120363012345678901"}"#, #"{"id": "A", "remoteJid": "abc"}"#,
    ])
    func otherDigitsAreNoPhone(_ key: String) {
        let error = refusal(
            evolution("messages.upsert", #"{"key": \#(key), "message": {"conversation": "oi"}}"#),
            as: EvolutionFormat())
        #expect(error?.pointer == "/data/key/remoteJid")
    }

    // MARK: Evolution Go

    @Test func aGroupIsReadFlatAndNested() throws {
        let flat = #""Name": "Equipe", "Topic": "Sobre", "IsAnnounce": true, "IsLocked": false"#
        let nested = #"""
            "GroupName": {"Name": "Equipe"}, "GroupTopic": {"Topic": "Sobre"}, "GroupAnnounce": {"IsAnnounce": true},
            "GroupLocked": {"IsLocked": false}
            """#
        for members in [flat, nested] {
            let payload = try one(
                evolutionGo("JoinedGroup", #"{"JID": "1203@g.us", \#(members)}"#), as: EvolutionGoFormat()
            ).payload
            #expect(payload["groupName"] == "Equipe")
            #expect(payload["description"] == "Sobre")
            #expect(payload["announce"] == true)
            #expect(payload["restrict"] == false)
        }
    }

    @Test(arguments: ["QR_SUCCESS", "QR_ERR_CLIENT_OUTDATED"])
    func stepsOfThePairingAreUnderstood(_ name: String) throws {
        #expect(try read(evolutionGo(name, "{}"), as: EvolutionGoFormat()).isEmpty)
    }

    @Test(arguments: ["QR_", "QR_other", "QRCODES_X"])
    func otherNamesAreNot(_ name: String) {
        #expect(refusal(evolutionGo(name, "{}"), as: EvolutionGoFormat())?.pointer == "/event")
    }

    // MARK: People beside their hidden identity

    static let people: [(any SourceFormat, String)] = [
        (
            BaileysFormat(),
            envelope(
                "groups.update",
                #"[{"id": "1203@g.us", "owner": "77@lid", "ownerPn": "5511999999001@s.whatsapp.net", "author": "77@lid", "authorPn": "5511999999001@s.whatsapp.net"}]"#
            )
        ),
        (
            BaileysFormat(),
            envelope(
                "groups.update",
                #"[{"id": "1203@g.us", "owner": "77@lid", "author": "77@lid", "participants": [{"id": "77@lid", "phoneNumber": "5511999999001@s.whatsapp.net"}]}]"#
            )
        ),
        (
            EvolutionFormat(),
            evolution(
                "groups.upsert",
                #"[{"id": "1203@g.us", "owner": "77@lid", "ownerJid": "5511999999001@s.whatsapp.net", "author": "77@lid", "authorJid": "5511999999001@s.whatsapp.net"}]"#
            )
        ),
        (
            EvolutionGoFormat(),
            evolutionGo(
                "JoinedGroup", #"{"JID": "1203@g.us", "OwnerJID": "77@lid", "OwnerPN": "5511999999001@s.whatsapp.net"}"#
            )
        ),
        (
            EvolutionGoFormat(),
            evolutionGo(
                "JoinedGroup",
                #"{"JID": "1203@g.us", "OwnerJID": "77@lid", "Participants": [{"JID": "77@lid", "PhoneNumber": "5511999999001@s.whatsapp.net"}]}"#
            )
        ),
        (
            WAHAFormat(),
            WAHADocuments.envelope(
                "group.v2.update",
                #"{"group": {"id": "1203@g.us"}, "_data": {"OwnerJID": "77@lid", "OwnerPN": "5511999999001@s.whatsapp.net"}}"#,
                engine: "GOWS")
        ),
        (
            WAHAFormat(),
            WAHADocuments.envelope(
                "group.v2.update",
                #"{"group": {"id": "1203@g.us"}, "_data": {"owner": "77@lid", "ownerJid": "5511999999001@s.whatsapp.net"}}"#
            )
        ),
    ]

    @Test(arguments: people.indices)
    func anOwnerHasThePhoneBesideTheHiddenIdentity(_ index: Int) throws {
        let (format, document) = Self.people[index]
        let payload = try one(document, as: format).payload
        #expect(payload["owner"] == "5511999999001@s.whatsapp.net")
        #expect(payload["ownerLid"] == "77@lid")
        if let author = payload["author"] {
            #expect(author == "5511999999001@s.whatsapp.net")
            #expect(payload["authorLid"] == "77@lid")
        }
    }

    static let changes: [(any SourceFormat, String)] = [
        (
            BaileysFormat(),
            envelope(
                "group-participants.update",
                #"{"id": "1203@g.us", "action": "add", "author": "77@lid", "authorPn": "5511999999001@s.whatsapp.net", "participants": ["88@lid"]}"#
            )
        ),
        (
            EvolutionFormat(),
            evolution(
                "group-participants.update",
                #"{"id": "1203@g.us", "action": "add", "author": "77@lid", "authorJid": "5511999999001@s.whatsapp.net", "participants": ["88@lid"]}"#
            )
        ),
        (
            EvolutionGoFormat(),
            evolutionGo(
                "GroupInfo",
                #"{"JID": "1203@g.us", "Sender": "77@lid", "SenderPN": "5511999999001@s.whatsapp.net", "Join": ["88@lid"]}"#
            )
        ),
        (
            WAHAFormat(),
            WAHADocuments.envelope(
                "group.v2.participants",
                #"{"group": {"id": "1203@g.us"}, "type": "join", "participants": [{"id": "88@lid"}], "_data": {"Sender": "77@lid", "SenderPN": "5511999999001@s.whatsapp.net"}}"#,
                engine: "GOWS")
        ),
    ]

    @Test(arguments: changes.indices)
    func anAuthorHasThePhoneBesideTheHiddenIdentity(_ index: Int) throws {
        let (format, document) = Self.changes[index]
        let payload = try one(document, as: format).payload
        #expect(payload["author"] == "5511999999001@s.whatsapp.net")
        #expect(payload["authorLid"] == "77@lid")
    }
}
