import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// Files that do not come as they should, in a relay process.
@Suite(.limitedConcurrency)
struct MediaFaultFlowTests {
    private let server: TestMediaServer
    private let hanging: ScriptedReceiver
    private let receiver: ScriptedReceiver

    init() throws {
        server = try TestMediaServer()
        hanging = try ScriptedReceiver()
        hanging.respond { _ in .hang }
        receiver = try ScriptedReceiver()
    }

    private var configuration: String {
        """
        version: 1
        server: { listen: "127.0.0.1:0", public_url: "http://relay.example" }
        store: { url: "sqlite:data/zaphub.db" }
        sources:
          healthy: { transport: http, format: baileys, media: { whatsapp_url: "\(server.url)" } }
          hanging: { transport: http, format: baileys, media: { whatsapp_url: "\(hanging.url)" } }
        media: { quota: 1MiB, inline: true }
        egress: { allow: ["127.0.0.1"] }
        """
    }

    private func run(_ body: (RelayProcess) async throws -> Void) async throws {
        let pipeline = """
            stages:
              - persist
              - media: {}
              - sign: standard_webhooks
              - deliver: [session]
            """
        let relay = try RelayProcess(configuration: configuration, pipeline: pipeline)
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        try await body(relay)
    }

    private func payloads(_ count: Int) async throws -> [JSON] {
        try await receiver.next(count: count).map { try JSON(parsing: $0.body)["payload"] ?? .null }
    }

    private func image(_ id: String, chat: String, of file: EncryptedTestMedia?, path: String = "") -> JSON {
        var document = baileysText(id, chat: chat)
        var node: JSON = ["mimetype": "image/png"]
        if let file {
            node["directPath"] = .string(path)
            node["mediaKey"] = .string(Base64.encode(file.key))
            node["fileSha256"] = .string(Base64.encode(file.plainSHA256))
            node["fileEncSha256"] = .string(Base64.encode(file.encryptedSHA256))
        }
        var message = document["data"]?["messages"]?[0] ?? .null
        message["message"] = ["imageMessage": node]
        document["data"]?["messages"] = [message]
        return document
    }

    @Test func fourteenPicturesComeWithTheirMessagesBesideTwentyFilesThatHang() async throws {
        try await run { relay in
            for number in 0..<20 {
                let file = WhatsAppMediaEncryptor.seal(Array("hanging \(number)".utf8))
                _ = try await relay.call(
                    "POST", "/in/hanging/main",
                    image("H\(number)", chat: "55119999\(1000 + number)", of: file, path: "/h/\(number)"))
            }
            try await eventually("two hang") { hanging.requests.count >= 2 }
            for number in 0..<14 {
                let file = WhatsAppMediaEncryptor.seal(Array("picture \(number)".utf8))
                server.serve(.file(file.encrypted), at: "/v/\(number)")
                _ = try await relay.call(
                    "POST", "/in/healthy/main",
                    image("P\(number)", chat: "55118888\(1000 + number)", of: file, path: "/v/\(number)"))
            }
            var pictures: [JSON] = []
            var count = 14
            while pictures.count < 14 {
                let all = try await payloads(count)
                pictures = all.filter { $0["messageId"]?.string?.hasPrefix("P") == true }
                count = all.count + 1
            }
            #expect(pictures.allSatisfy { $0["media"]?["sha256"]?.string != nil })
            #expect(pictures.allSatisfy { $0["raw_media"]?["pending"] == nil })
        }
    }

    @Test func aFileInTheDocumentIsReadInEveryFormAndSaysWhenItIsNot() async throws {
        try await run { relay in
            let file = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 13 ^ 0xFB) }
            let base64 = Base64.encode(file)
            let forms = [
                base64.replacing("+", with: " "), base64.prefix(76) + "\r\n" + base64.dropFirst(76), "no base64!",
            ]
            for (number, form) in forms.enumerated() {
                var document = image("E\(number)", chat: "5511999999001", of: nil)
                document["extra"] = ["media": ["E\(number)": .string(form)]]
                #expect(try await relay.call("POST", "/in/healthy/main", document).status == 200)
            }
            let payloads = try await payloads(3)
            let id = MediaID(digest: WhatsAppMediaEncryptor.seal(file).plainSHA256).description
            #expect(payloads[0]["media"]?["sha256"]?.string == id)
            #expect(payloads[1]["media"]?["sha256"]?.string == id)
            #expect(payloads[2]["raw_media"]?["error"]?["reason"] == "gateway_error")
        }
    }

    @Test func aFileOverTheQuotaIsTooLargeAndNotPending() async throws {
        try await run { relay in
            let file = WhatsAppMediaEncryptor.seal([UInt8](repeating: 7, count: (1 << 20) + 1))
            server.serve(.file(file.encrypted), at: "/v/large")
            _ = try await relay.call(
                "POST", "/in/healthy/main", image("L", chat: "5511999999001", of: file, path: "/v/large"))
            var document = image("E", chat: "5511999999001", of: nil)
            document["extra"] = ["media": ["E": .string(Base64.encode(file.plain))]]
            #expect(try await relay.call("POST", "/in/healthy/main", document).status == 200)
            for payload in try await payloads(2) {
                #expect(payload["raw_media"]?["error"]?["reason"] == "too_large", "\(payload.text.prefix(500))")
                #expect(payload["raw_media"]?["pending"] == nil)
            }
        }
    }

    @Test func aPictureIsShownWhenTheConfigurationSaysSo() async throws {
        try await run { relay in
            let file = WhatsAppMediaEncryptor.seal(Array("a picture".utf8))
            server.serve(.file(file.encrypted), at: "/v/1")
            _ = try await relay.call(
                "POST", "/in/healthy/main", image("P", chat: "5511999999001", of: file, path: "/v/1"))
            let link = try #require(try await payloads(1)[0]["media"]?["url"]?.string)
            let path = String(link[try #require(link.firstRange(of: "/media/")).lowerBound...])
            let answer = try await relay.call("GET", path)
            #expect(answer.header("content-disposition")?.hasPrefix("inline; ") == true)
            #expect(answer.header("content-security-policy")?.hasSuffix("; sandbox") == true)
        }
    }
}
