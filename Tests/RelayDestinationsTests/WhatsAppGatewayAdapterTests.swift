import RelayConfig
import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// The exact requests to each gateway. The APIs are those of Evolution API 2.4 (`src/api/dto/sendMessage.dto.ts`), WAHA
/// (`src/structures/chatting.dto.ts`), gowa (`docs/openapi.yaml`) and Meta's Cloud API.
@Suite(.limitedConcurrency)
struct WhatsAppGatewayAdapterTests {
    struct Gateway: Sendable, CustomTestStringConvertible {
        var name: String
        var options: String
        var answer: String
        var id: String
        var testDescription: String { name }
    }

    static let gateways = [
        Gateway(
            name: "evolution", options: "token: evo-key-1234",
            answer: #"{"key": {"remoteJid": "x", "fromMe": true, "id": "BAE5"}, "status": "PENDING"}"#, id: "BAE5"),
        Gateway(
            name: "waha", options: "token: waha-key-1234",
            answer: #"{"id": {"fromMe": true, "_serialized": "true_5511999999001@c.us_3EB0W"}}"#, id: "3EB0W"),
        Gateway(
            name: "gowa", options: "token: user:pass",
            answer: #"{"code": "SUCCESS", "results": {"message_id": "3EB0G", "status": "ok"}}"#, id: "3EB0G"),
        Gateway(
            name: "cloud_api", options: "token: meta-token-1234\nphone_number_id: \"106540352242922\"",
            answer: #"{"messaging_product": "whatsapp", "messages": [{"id": "wamid.HBg="}]}"#, id: "wamid.HBg="),
        Gateway(
            name: "bridge", options: "secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            answer: #"{"messageId": "3EB0B"}"#, id: "3EB0B"),
    ]

    private static func gateway(_ name: String) throws -> Gateway {
        try #require(gateways.first { $0.name == name })
    }

    // MARK: Requests

    @Test(arguments: [
        (
            "evolution", "/message/sendText/main", ["apikey": "evo-key-1234"],
            #"{"number":"5511999999001","messageId":"3EB0","text":"Hi"}"#
        ),
        (
            "waha", "/api/sendText", ["x-api-key": "waha-key-1234"],
            #"{"session":"main","chatId":"5511999999001@c.us","text":"Hi"}"#
        ),
        (
            "gowa", "/send/message", ["authorization": "Basic dXNlcjpwYXNz"],
            #"{"phone":"5511999999001@s.whatsapp.net","message":"Hi"}"#
        ),
        (
            "cloud_api", "/106540352242922/messages", ["authorization": "Bearer meta-token-1234"],
            #"{"messaging_product":"whatsapp","recipient_type":"individual","to":"5511999999001","type":"text","text":{"body":"Hi","preview_url":true}}"#
        ),
        (
            "bridge", "/", [:],
            #"{"action":"send","session":"main","chatId":"5511999999001@s.whatsapp.net","messageId":"3EB0","type":"text","text":"Hi"}"#
        ),
    ])
    func sendsText(_ name: String, _ path: String, _ headers: [String: String], _ body: String) async throws {
        try await withSender(Self.gateway(name)) { sender in
            let result = await sender.send(text: "Hi")
            #expect(result.isDelivered)
            let request = try #require(sender.receiver.requests.first)
            #expect(request.method == "POST")
            #expect(request.path == path)
            #expect(request.header("content-type") == "application/json")
            for (header, value) in headers { #expect(request.header(header) == value) }
            #expect(Self.withoutIDs(request.text) == body)
        }
    }

    @Test(arguments: [
        (
            "evolution", "/message/sendMedia/main",
            #""mediatype":"document","media":"https://cw.example/p.pdf","mimetype":"application/pdf","fileName":"p.pdf","caption":"Prices""#
        ),
        (
            "waha", "/api/sendFile",
            #""file":{"url":"https://cw.example/p.pdf","mimetype":"application/pdf","filename":"p.pdf"},"caption":"Prices""#
        ),
        ("gowa", "/send/file", #""caption":"Prices","file_url":"https://cw.example/p.pdf""#),
        (
            "cloud_api", "/106540352242922/messages",
            #""type":"document","document":{"link":"https://cw.example/p.pdf","caption":"Prices","filename":"p.pdf"}"#
        ),
        (
            "bridge", "/",
            #""type":"document","text":"Prices","media":{"url":"https://cw.example/p.pdf","mimetype":"application/pdf","fileName":"p.pdf"}"#
        ),
    ])
    func sendsAFileWithItsCaption(_ name: String, _ path: String, _ part: String) async throws {
        try await withSender(Self.gateway(name)) { sender in
            let file =
                #"{"kind":"document","url":"https://cw.example/p.pdf","mimetype":"application/pdf","fileName":"p.pdf"}"#
            #expect(await sender.send(text: "Prices", attachments: [file]).isDelivered)
            let requests = sender.receiver.requests
            #expect(requests.map(\.path) == [path])
            #expect(requests.first?.text.contains(part) == true, "\(requests.first?.text ?? "nothing")")
        }
    }

    @Test(arguments: [
        ("evolution", "/message/sendWhatsAppAudio/main"), ("waha", "/api/sendVoice"), ("gowa", "/send/audio"),
        ("cloud_api", "/106540352242922/messages"), ("bridge", "/"),
    ])
    func aVoiceNoteHasNoCaption(_ name: String, _ path: String) async throws {
        try await withSender(Self.gateway(name)) { sender in
            let voice = #"{"kind":"audio","url":"https://cw.example/v.ogg","voice":true}"#
            #expect(await sender.send(text: "Listen", attachments: [voice]).isDelivered)
            let requests = sender.receiver.requests
            #expect(requests.count == 2, "the text goes before it")
            #expect(requests.first?.text.contains("Listen") == true)
            #expect(requests.last?.path == path)
            #expect(requests.last?.text.contains("https://cw.example/v.ogg") == true)
            #expect(requests.last?.text.contains("Listen") == false)
        }
    }

    @Test(arguments: [
        ("evolution", #""quoted":{"key":{"id":"3EB0A1","remoteJid":"5511999999001@s.whatsapp.net"}}"#),
        ("waha", #""reply_to":"false_5511999999001@c.us_3EB0A1""#), ("gowa", #""reply_message_id":"3EB0A1""#),
        ("cloud_api", #""context":{"message_id":"3EB0A1"}"#), ("bridge", #""quoted":{"messageId":"3EB0A1"}"#),
    ])
    func answersNameWhatTheyAnswer(_ name: String, _ part: String) async throws {
        try await withSender(Self.gateway(name)) { sender in
            #expect(await sender.send(text: "Yes", quoted: "3EB0A1").isDelivered)
            #expect(sender.receiver.requests.first?.text.contains(part) == true)
        }
    }

    @Test func aBridgesRequestsAreSigned() async throws {
        try await withSender(Self.gateway("bridge")) { sender in
            #expect(await sender.send(text: "Hi").isDelivered)
            let request = try #require(sender.receiver.requests.first)
            let verifier = try #require(StandardWebhooksVerifier(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            #expect(verifier.verify(body: request.body, at: moment) { request.header($0) } == .valid)
        }
    }

    // MARK: Answers

    @Test(arguments: gateways)
    func whatsAppsIDIsRemembered(_ gateway: Gateway) async throws {
        try await withSender(gateway) { sender in
            #expect(await sender.send(text: "Hi").isDelivered)
            let entries = try await sender.ledger.forwardedMessages(destination: "desk", remote: 9010)
            let named = entries.filter { $0.key.message != "cw-1-9010" }
            #expect(named.map(\.key.message) == [gateway.id])
            #expect(named.map(\.state) == [.sent])
            #expect(named.map(\.direction) == [.returned])
            #expect(named.map(\.conversation) == [128])
        }
    }

    @Test(arguments: [
        ("evolution", "DELETE", "/chat/deleteMessageForEveryone/main"),
        ("waha", "DELETE", "/api/main/chats/5511999999001%40c%2Eus/messages/true_5511999999001%40c%2Eus_3EB0W"),
        ("gowa", "POST", "/message/3EB0G/revoke"), ("bridge", "POST", "/"),
    ])
    func takesBackWhatItSent(_ name: String, _ method: String, _ path: String) async throws {
        try await withSender(Self.gateway(name)) { sender in
            #expect(await sender.send(text: "Hi").isDelivered)
            #expect(await sender.revoke().isDelivered)
            let request = try #require(sender.receiver.requests.last)
            #expect(request.method == method)
            #expect(request.path == path)
        }
    }

    @Test func theCloudAPICannotTakeBack() async throws {
        try await withSender(Self.gateway("cloud_api")) { sender in
            #expect(await sender.send(text: "Hi").isDelivered)
            let result = await sender.revoke()
            #expect(result.outcome == .failed(.invalidRequest))
            #expect(result.error == "The Cloud API cannot delete a message that was sent.")
        }
    }

    @Test func gowasRefusalIsOneAlthoughItAnswers200() async throws {
        var gateway = try Self.gateway("gowa")
        gateway.answer = #"{"code": "INVALID_JID", "message": "no such number"}"#
        try await withSender(gateway) { sender in
            let result = await sender.send(text: "Hi")
            #expect(result.outcome == .refused)
            #expect(result.error == "gowa answered INVALID_JID: no such number")
        }
    }

    /// Generated ids differ between commands; only their presence is checked.
    private static func withoutIDs(_ text: String) -> String {
        text.replacing(#/3EB0[0-9A-F]{18}/#, with: "3EB0")
    }
}
