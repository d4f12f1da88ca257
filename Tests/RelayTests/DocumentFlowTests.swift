import Foundation
import RelayCore
import RelayCrypto
import RelayJSON
import RelayTesting
import Testing

/// Meta's own webhooks through a relay process to Chatwoot's WhatsApp channel, which verifies their signatures.
@Suite(.limitedConcurrency)
struct DocumentFlowTests {
    private static let secret = "the-app-secret"

    private static func configuration(_ chatwoot: String, appSecret: String? = secret) -> String {
        """
        version: 1
        server: { listen: "127.0.0.1:0" }
        store: { url: "sqlite:data/zaphub.db" }
        sources:
          meta:
            transport: http
            format: cloud_api
            keep_raw: true
            auth: { type: meta_signature, app_secret: "\(secret)", verify_token: v }
        destinations:
          native:
            type: chatwoot_whatsapp
            url: "\(chatwoot)"
            retry: patient
            \(appSecret.map { "app_secret: \"\($0)\"" } ?? "")
        retry_policies:
          patient: { max_attempts: 1000, backoff: { initial_interval: 20ms, max_interval: 100ms, multiplier: 2 } }
        delivery: { breaker: { failures: 5, probe_interval: 50ms, max_probe_interval: 200ms } }
        egress: { allow: ["127.0.0.1"] }
        """
    }

    private static let pipeline = "from: [meta]\nstages:\n  - persist\n  - deliver: [native]\n"

    private static func document(_ messages: [JSON], statuses: [JSON] = []) -> JSON {
        var value: JSONObject = [
            "messaging_product": "whatsapp",
            "metadata": ["display_phone_number": "551140000000", "phone_number_id": "77"],
        ]
        if !messages.isEmpty { value["messages"] = .array(messages) }
        if !statuses.isEmpty { value["statuses"] = .array(statuses) }
        return [
            "object": "whatsapp_business_account",
            "entry": [["id": "9", "changes": [["field": "messages", "value": .object(value)]]]],
        ]
    }

    private static func text(_ id: String, from: String = "5511999999999") -> JSON {
        [
            "id": .string(id), "from": .string(from), "timestamp": "1763000000", "type": "text",
            "text": ["body": .string("text of \(id)")],
        ]
    }

    private static func signature(of bytes: [UInt8]) -> String {
        "sha256=" + Hex.encode(HMAC(key: SymmetricKey(bytes: secret.utf8)).code(for: bytes))
    }

    private static func post(_ document: [UInt8], to relay: RelayProcess) async throws {
        let answer = try await relay.call(
            "POST", "/in/meta", raw: document, headers: [("X-Hub-Signature-256", signature(of: document))])
        try #require((200..<300).contains(answer.status), "\(answer.document.text)")
    }

    private static func chatwoot(appSecret: String? = secret) async throws -> (double: ChatwootDouble, url: String) {
        let double = ChatwootDouble(profile: .v4_15)
        let url = try await double.start()
        let account = double.addAccount("Acme")
        double.addInbox(
            in: account.id,
            channel: .whatsApp(phone: "+551140000000", phoneID: "77", verifyToken: "v", appSecret: appSecret))
        return (double, url)
    }

    @Test func aDocumentAboutOneMessageArrivesByteForByteWithMetasSignature() async throws {
        let (chatwoot, url) = try await Self.chatwoot()
        defer { chatwoot.stop() }
        // The relay has no secret, so it can only forward the signature that it received.
        let relay = try RelayProcess(configuration: Self.configuration(url, appSecret: nil), pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        let written = Self.document([Self.text("wamid.1")]).text
            .replacing("text of wamid.1", with: "ol\\u00e1 \\/ \u{1F600}").replacing(",", with: " , ")
        try await Self.post(Array(written.utf8), to: relay)
        try await chatwoot.wait(for: "the post") { !$0.whatsAppPosts.isEmpty }
        let post = try #require(chatwoot.whatsAppPosts.first)
        #expect(post.body == Array(written.utf8))
        #expect(post.signature == Self.signature(of: Array(written.utf8)))
        #expect(post.isAccepted)
        #expect(chatwoot.messages.map(\.content) == ["olá / \u{1F600}"])
        try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
    }

    @Test func everyMessageOfABatchIsReadInItsOrder() async throws {
        let (chatwoot, url) = try await Self.chatwoot()
        defer { chatwoot.stop() }
        let relay = try RelayProcess(configuration: Self.configuration(url), pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        let ids = (1...5).map { "wamid.\($0)" }
        let read: JSON = [
            "id": "wamid.1", "status": "read", "timestamp": "1763000000", "recipient_id": "5511999999999",
        ]
        try await Self.post(Self.document(ids.map { Self.text($0) }, statuses: [read]).bytes, to: relay)
        try await relay.eventually("all are delivered") { try await relay.count("delivered") == 6 }
        #expect(chatwoot.messages.map(\.sourceID) == ids)
        #expect(chatwoot.messages.first?.status == .read)
        #expect(!chatwoot.whatsAppPosts.contains { !$0.isAccepted })
    }

    @Test func aCrashWhileChatwootIsDownLosesNothingAndKeepsTheBytes() async throws {
        let (chatwoot, url) = try await Self.chatwoot()
        defer { chatwoot.stop() }
        chatwoot.stop()
        let relay = try RelayProcess(
            configuration: Self.configuration(url, appSecret: nil), pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        let documents = (1...3).map { Self.document([Self.text("wamid.\($0)")]).bytes }
        for document in documents { try await Self.post(document, to: relay) }
        try await relay.end(SIGKILL)
        try await relay.start()
        try chatwoot.restart()
        try await relay.eventually("all are delivered") { try await relay.count("delivered") == 3 }
        #expect(chatwoot.messages.map(\.sourceID) == ["wamid.1", "wamid.2", "wamid.3"])
        #expect(chatwoot.whatsAppPosts.map(\.body).filter { documents.contains($0) }.count >= 3)
    }

    @Test func withoutASecretPartsGoUnsignedAsManualChannelsAllow() async throws {
        let (chatwoot, url) = try await Self.chatwoot(appSecret: nil)
        defer { chatwoot.stop() }
        let relay = try RelayProcess(configuration: Self.configuration(url, appSecret: nil), pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        #expect(relay.log.contains("the parts of a document with several messages go out unsigned"))
        try await Self.post(Self.document([Self.text("wamid.1"), Self.text("wamid.2")]).bytes, to: relay)
        try await relay.eventually("both are delivered") { try await relay.count("delivered") == 2 }
        #expect(chatwoot.whatsAppPosts.map(\.signature) == [nil, nil])
        #expect(chatwoot.messages.map(\.sourceID) == ["wamid.1", "wamid.2"])
    }

    @Test func aWrongSecretIsADeadLetterThatSaysSo() async throws {
        let (chatwoot, url) = try await Self.chatwoot()
        defer { chatwoot.stop() }
        let relay = try RelayProcess(
            configuration: Self.configuration(url, appSecret: "another")
                .replacing("max_attempts: 1000", with: "max_attempts: 2"),
            pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        try await Self.post(Self.document([Self.text("wamid.1"), Self.text("wamid.2")]).bytes, to: relay)
        try await relay.eventually("both are dead") { try await relay.count("dead") == 2 }
        let letters = try await relay.command("dead-letters")
        #expect(letters.output.contains("401"), "\(letters.output)")
        #expect(chatwoot.messages.isEmpty)
    }

    @Test func aPipelineWhoseSourcesKeepNoDocumentsIsWarnedOf() async throws {
        let configuration = Self.configuration("http://127.0.0.1:9").replacing("    keep_raw: true\n", with: "")
        let relay = try RelayProcess(configuration: configuration, pipeline: Self.pipeline)
        defer { relay.remove() }
        let result = try await CommandTests().zaphub(
            ["check", "-c", relay.folder.appendingPathComponent("config.yaml").path])
        #expect(result.output.contains("takes documents, and no source of this pipeline keeps them"), "\(result)")
    }
}
