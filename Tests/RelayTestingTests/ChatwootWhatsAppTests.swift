import RelayCore
import RelayCrypto
import RelayJSON
import RelayTesting
import Testing

/// The native channel (chatwoot.md, section 4).
@Suite(.limitedConcurrency)
struct ChatwootWhatsAppTests {
    private func post(_ ids: [String], text: String = "oi") -> JSON {
        let messages = ids.map { id -> JSON in
            ["id": .string(id), "from": "5511999999999", "type": "text", "text": ["body": .string(text)]]
        }
        return [
            "object": "whatsapp_business_account",
            "entry": [
                [
                    "changes": [
                        [
                            "field": "messages",
                            "value": [
                                "metadata": ["display_phone_number": "551140000000", "phone_number_id": "77"],
                                "contacts": [["profile": ["name": "Maria"], "wa_id": "5511999999999"]],
                                "messages": .array(messages),
                            ],
                        ]
                    ]
                ]
            ],
        ]
    }

    private func sign(_ body: JSON, _ secret: String) -> String {
        "sha256=" + Hex.encode(HMAC(key: SymmetricKey(bytes: secret.utf8)).code(for: body.bytes))
    }

    @Test(arguments: ChatwootDouble.Release.allCases)
    func `Only the first message of a signed post is read, and once`(profile: ChatwootDouble.Release) async throws {
        try await withChatwoot(profile) { fixture in
            fixture.chatwoot.addInbox(
                in: fixture.account.id,
                channel: .whatsApp(phone: "+551140000000", phoneID: "77", verifyToken: "v", appSecret: "s"))
            let path = "/webhooks/whatsapp/+551140000000"
            let body = post(["wamid.1", "wamid.2"])
            let bare = try await fixture.send("POST", path, body)
            #expect(bare.status == (profile >= .v4_15 ? 401 : 200))
            for _ in 0..<2 {
                let signed = try await fixture.send(
                    "POST", path, body, headers: [("x-hub-signature-256", sign(body, "s"))])
                #expect(signed.status == 200)
            }
            #expect(fixture.chatwoot.messages.map(\.sourceID) == ["wamid.1"])
            #expect(fixture.chatwoot.contacts.map(\.phoneNumber) == ["+5511999999999"])
            #expect(fixture.chatwoot.whatsAppPosts.last?.body == body.bytes)
            let verified = try await fixture.get(path + "?hub.verify_token=v&hub.challenge=42")
            #expect(verified.status == 200)
        }
    }

    @Test func `A status finds its message by the id of WhatsApp`() async throws {
        try await withChatwoot { fixture in
            fixture.chatwoot.addInbox(
                in: fixture.account.id,
                channel: .whatsApp(phone: "+551140000000", phoneID: "77", verifyToken: "v", appSecret: nil))
            let path = "/webhooks/whatsapp/551140000000"
            _ = try await fixture.send("POST", path, post(["wamid.1"]))
            var status = post([])
            var value: JSON = ["metadata": ["display_phone_number": "551140000000", "phone_number_id": "77"]]
            value["statuses"] = [["id": "wamid.1", "status": "read"]]
            status["entry"] = [["changes": [["field": "messages", "value": value]]]]
            _ = try await fixture.send("POST", path, status)
            #expect(fixture.chatwoot.messages.map(\.status) == [.read])
        }
    }
}
