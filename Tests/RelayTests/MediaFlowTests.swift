import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// The file of a message in a relay process: downloaded, decrypted, stored, and served by its link.
@Suite(.limitedConcurrency)
struct MediaFlowTests {
    private static func configuration(_ server: TestMediaServer) -> String {
        """
        version: 1
        server: { listen: "127.0.0.1:0", public_url: "http://relay.example" }
        store: { url: "sqlite:data/zaphub.db" }
        sources:
          baileys:
            transport: http
            format: baileys
            media: { whatsapp_url: "\(server.url)", hosts: ["\(server.host)"] }
          gowa:
            transport: http
            format: gowa
            media: { base_url: "\(server.url)", headers: { X-Gateway: badge } }
          meta:
            transport: http
            format: cloud_api
            media: { graph_url: "\(server.url)/v23.0", token: graph-token }
        retry_policies:
          default: { max_attempts: 3, backoff: { initial_interval: 50ms, multiplier: 2 } }
        egress: { allow: ["127.0.0.1"] }
        """
    }

    private static func pipeline(_ options: String = "") -> String {
        """
        stages:
          - persist
          - media: { \(options) }
          - sign: standard_webhooks
          - deliver: [session]
        """
    }

    /// A relay with a session `main`, its receiver, and a server with files.
    private struct Fixture {
        let server: TestMediaServer
        let receiver: ScriptedReceiver
        let relay: RelayProcess

        static func run(_ options: String = "", _ body: (Fixture) async throws -> Void) async throws {
            let server = try TestMediaServer()
            defer { server.stop() }
            let receiver = try ScriptedReceiver()
            defer { receiver.stop() }
            let relay = try RelayProcess(
                configuration: MediaFlowTests.configuration(server), pipeline: MediaFlowTests.pipeline(options))
            defer { relay.remove() }
            try await relay.start()
            try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
            try await body(Fixture(server: server, receiver: receiver, relay: relay))
        }

        func payloads(_ count: Int) async throws -> [JSON] {
            try await receiver.next(count: count).map { try JSON(parsing: $0.body)["payload"] ?? .null }
        }

        /// Downloads from a link, with the relay's local URL in place of the public one.
        func get(_ link: String, headers: [(name: String, value: String)] = []) async throws -> RelayProcess.Answer {
            let path = try #require(link.firstRange(of: "/media/")).lowerBound
            return try await relay.call("GET", String(link[path...]), headers: headers)
        }
    }

    private let sealed = WhatsAppMediaEncryptor.seal(Array("not really a picture".utf8), as: .image)

    private func image(
        _ id: String,
        path: String,
        chat: String = "5511999999001",
        of media: EncryptedTestMedia,
        host: String = "https://mmg.whatsapp.net"
    ) -> JSON {
        var document = baileysText(id, chat: chat)
        let node: JSON = [
            "url": .string("\(host)\(path)"), "directPath": .string(path), "mimetype": "image/png",
            "caption": "olha", "mediaKey": .string(Base64.encode(media.key)),
            "fileLength": .string("\(media.plain.count)"), "fileSha256": .string(Base64.encode(media.plainSHA256)),
            "fileEncSha256": .string(Base64.encode(media.encryptedSHA256)),
        ]
        var message = document["data"]?["messages"]?[0] ?? .null
        message["message"] = ["imageMessage": node]
        document["data"]?["messages"] = [message]
        return document
    }

    @Test func theFileComesWithItsMessageUnderALinkOfItsOwn() async throws {
        try await Fixture.run { fixture in
            fixture.server.serve(.file(sealed.encrypted), at: "/v/1.enc")
            _ = try await fixture.relay.call("POST", "/in/baileys", image("M1", path: "/v/1.enc", of: sealed))
            let payload = try #require(try await fixture.payloads(1).first)
            #expect(payload["raw_media"] == nil)
            let media = try #require(payload["media"])
            #expect(media["kind"] == "image")
            #expect(media["mimetype"] == "image/png")
            #expect(media["size"] == .int(Int64(sealed.plain.count)))
            #expect(media["sha256"]?.string == sealed.media.id.description)
            #expect(payload["content"]?["caption"] == "olha")
            let link = try #require(media["url"]?.string)
            #expect(link.hasPrefix("http://relay.example/media/\(sealed.media.id)/image.png?"))

            let answer = try await fixture.get(link)
            #expect(answer.status == 200)
            #expect(answer.bytes == sealed.plain)
            #expect(answer.header("content-type") == "image/png")
            #expect(answer.header("content-disposition")?.hasPrefix("attachment;") == true)
            #expect(answer.header("x-content-type-options") == "nosniff")
            let part = try await fixture.get(link, headers: [("Range", "bytes=4-9")])
            #expect(part.status == 206)
            #expect(part.bytes == Array(sealed.plain[4...9]))
            for forged in [
                link.replacingOccurrences(of: "image.png", with: "image.svg"), link + "0",
                link.replacingOccurrences(of: "t=image%2Fpng", with: "t=text%2Fhtml"),
                link.replacingOccurrences(of: "exp=1", with: "exp=2"),
            ] {
                #expect(try await fixture.get(forged).status == 403, "\(forged)")
            }
            // The request to the server named in the message contains no credentials of the relay.
            let request = try #require(fixture.server.requests.first)
            #expect(request.header("accept-encoding") == "identity")
            #expect(request.header("authorization") == nil)
        }
    }

    /// The order is kept in a chat that waits, and no other chat waits with it.
    @Test func aChatWaitsForItsFileAndOthersGoOn() async throws {
        try await Fixture.run("wait: 600s") { fixture in
            let gate = TestMediaServer.Gate()
            fixture.server.serve(.held(gate, .file(sealed.encrypted)), at: "/v/slow.enc")
            _ = try await fixture.relay.call("POST", "/in/baileys", image("A1", path: "/v/slow.enc", of: sealed))
            for number in 2...4 { _ = try await fixture.relay.call("POST", "/in/baileys", baileysText("A\(number)")) }
            for number in 1...3 {
                _ = try await fixture.relay.call(
                    "POST", "/in/baileys", baileysText("B\(number)", chat: "5511999999002"))
            }
            let others = try await fixture.payloads(3)
            #expect(others.map { $0["messageId"]?.string } == ["B1", "B2", "B3"])
            gate.open()
            let all = try await fixture.payloads(7)
            #expect(all.map { $0["messageId"]?.string } == ["B1", "B2", "B3", "A1", "A2", "A3", "A4"])
            #expect(all[3]["media"]?["sha256"]?.string == sealed.media.id.description)
        }
    }

    @Test func whatDoesNotComeInTimeGoesOutAsAReference() async throws {
        try await Fixture.run("wait: 50ms, late: false") { fixture in
            fixture.server.serve(.hang, at: "/v/slow.enc")
            _ = try await fixture.relay.call("POST", "/in/baileys", image("A1", path: "/v/slow.enc", of: sealed))
            let payload = try #require(try await fixture.payloads(1).first)
            #expect(payload["raw_media"]?["error"]?["reason"] == "timeout")
            #expect(payload["raw_media"]?["pending"] == nil)
            #expect(payload["raw_media"]?["mediaKey"]?.string == Base64.encode(sealed.key))
        }
    }

    @Test func aFileThatIsGoneLeavesTheReferenceAndTheReason() async throws {
        try await Fixture.run { fixture in
            fixture.server.serve(.status(410), at: "/v/gone.enc")
            let document = image("M1", path: "/v/gone.enc", of: sealed, host: fixture.server.url)
            _ = try await fixture.relay.call("POST", "/in/baileys", document)
            let payload = try #require(try await fixture.payloads(1).first)
            #expect(payload["media"] == nil)
            let raw = try #require(payload["raw_media"])
            #expect(raw["error"]?["reason"] == "gone", "\(raw.text)")
            #expect(raw["pending"] == nil)
            for field in ["url", "directPath", "mediaKey", "fileSha256", "fileEncSha256", "mimetype", "mediaType"] {
                #expect(raw[field]?.string?.isEmpty == false, "\(field)")
            }
            #expect(raw["fileLength"] == .int(Int64(sealed.plain.count)))
            #expect(raw["encFileLength"] == .int(Int64(sealed.encrypted.count)))
        }
    }

    /// The URL of a file is untrusted: a message must not make the relay send requests to internal services.
    @Test func aMessageCannotSendTheRelayAnywhereElse() async throws {
        try await Fixture.run { fixture in
            let other = try TestMediaServer()
            defer { other.stop() }
            other.serve(.file(sealed.encrypted), at: "/latest/meta-data")
            var document = image("M1", path: "/v/1.enc", of: sealed)
            var message = document["data"]?["messages"]?[0] ?? .null
            message["message"]?["imageMessage"]?["url"] = .string(other.url + "/latest/meta-data")
            message["message"]?["imageMessage"]?["directPath"] = .null
            document["data"]?["messages"] = [message]
            _ = try await fixture.relay.call("POST", "/in/baileys", document)
            let payload = try #require(try await fixture.payloads(1).first)
            #expect(payload["raw_media"]?["error"]?["reason"] == "host_not_allowed")
            #expect(other.requests.isEmpty)
        }
    }

    /// The message is delivered immediately, the process is killed, and the late file is still announced.
    @Test func aLateFileIsAnnouncedEvenAfterACrash() async throws {
        try await Fixture.run("wait: 0s") { fixture in
            fixture.server.serve(.hang, at: "/v/late.enc")
            _ = try await fixture.relay.call("POST", "/in/baileys", image("M1", path: "/v/late.enc", of: sealed))
            let first = try #require(try await fixture.payloads(1).first)
            #expect(first["raw_media"]?["pending"] == true)
            try await fixture.relay.eventually("the first is settled") {
                try await fixture.relay.count("delivered") == 1
            }

            try await fixture.relay.end(SIGKILL)
            fixture.server.serve(.file(sealed.encrypted), at: "/v/late.enc")
            try await fixture.relay.start()
            let request = try #require(try await fixture.receiver.next(count: 2).last)
            #expect(request.header("x-zaphub-event") == "message.updated")
            let payload = try #require(try JSON(parsing: request.body)["payload"])
            #expect(payload["targetMessageId"] == "M1")
            #expect(payload["update"] == "media")
            #expect(EventCatalogueCheck.problems(.messageUpdated, payload.object ?? [:]) == [])
            #expect(payload["content"]?["caption"] == "olha")
            let link = try #require(payload["media"]?["url"]?.string)
            #expect(try await fixture.get(link).bytes == sealed.plain)

            // It is not an edit: the message in the history is unchanged.
            let messages = try await fixture.relay.call("GET", "/api/v1/messages?session=main").document["data"]?.array
            #expect(messages?.first?["edited_at"]?.isNull != false)
            #expect(messages?.count == 1)
        }
    }

    @Test func aFileInsideTheDocumentIsKeptAndItsBase64IsNot() async throws {
        try await Fixture.run { fixture in
            var document = image("M1", path: "/v/never.enc", of: sealed)
            document["extra"] = ["media": ["M1": .string(Base64.encode(sealed.plain))]]
            _ = try await fixture.relay.call("POST", "/in/baileys", document)
            let request = try #require(try await fixture.receiver.next(count: 1).first)
            #expect(!request.text.contains(Base64.encode(sealed.plain)))
            let payload = try #require(try JSON(parsing: request.body)["payload"])
            let link = try #require(payload["media"]?["url"]?.string)
            #expect(try await fixture.get(link).bytes == sealed.plain)
            #expect(fixture.server.requests.isEmpty, "it was at hand")
        }
    }

    @Test func aGatewaysOwnFileIsFetchedWithItsCredentials() async throws {
        try await Fixture.run { fixture in
            let file = Array("a plain file".utf8)
            fixture.server.serve(.file(file), at: "/statics/media/1.jpg")
            let document: JSON = [
                "event": "message", "device_id": "5511999999009@s.whatsapp.net",
                "payload": [
                    "id": "G1", "chat_id": "5511999999001@s.whatsapp.net", "from": "5511999999001@s.whatsapp.net",
                    "from_name": "Maria", "timestamp": "2025-11-13T10:30:00Z", "is_from_me": false,
                    "image": "statics/media/1.jpg",
                ],
            ]
            _ = try await fixture.relay.call("POST", "/in/gowa/main", document)
            let payload = try #require(try await fixture.payloads(1).first)
            let link = try #require(payload["media"]?["url"]?.string, "\(payload.text)")
            #expect(try await fixture.get(link).bytes == file)
            #expect(fixture.server.requests.first?.header("x-gateway") == "badge")
        }
    }

    @Test func aCloudMediaIDIsResolvedOverGraph() async throws {
        try await Fixture.run { fixture in
            let file = Array("from the cloud".utf8)
            let answer =
                #"{"messaging_product":"whatsapp","url":"\#(fixture.server.url)/lookaside/1","mime_type":"image/jpeg","id":"77"}"#
            fixture.server.serve(
                .file(Array(answer.utf8), headers: [("Content-Type", "application/json")]), at: "/v23.0/77")
            fixture.server.serve(.file(file), at: "/lookaside/1")
            let document: JSON = [
                "object": "whatsapp_business_account",
                "entry": [
                    [
                        "id": "1",
                        "changes": [
                            [
                                "field": "messages",
                                "value": [
                                    "messaging_product": "whatsapp",
                                    "metadata": ["display_phone_number": "5511999999009", "phone_number_id": "42"],
                                    "contacts": [["profile": ["name": "Maria"], "wa_id": "5511999999001"]],
                                    "messages": [
                                        [
                                            "from": "5511999999001", "id": "wamid.1", "timestamp": "1763030000",
                                            "type": "image", "image": ["id": "77", "mime_type": "image/jpeg"],
                                        ]
                                    ],
                                ],
                            ]
                        ],
                    ]
                ],
            ]
            _ = try await fixture.relay.call("POST", "/in/meta/main", document)
            let payload = try #require(try await fixture.payloads(1).first)
            let link = try #require(payload["media"]?["url"]?.string, "\(payload.text)")
            #expect(try await fixture.get(link).bytes == file)
            #expect(
                fixture.server.requests.map { $0.header("authorization") } == [
                    "Bearer graph-token", "Bearer graph-token",
                ])
        }
    }
}
