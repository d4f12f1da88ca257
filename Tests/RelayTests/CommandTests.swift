import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// The commands as users run them.
@Suite(.limitedConcurrency)
struct CommandTests {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    func zaphub(
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:]
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("in")
        try Data(input.utf8).write(to: file)
        let child = try ChildProcess(
            RelayProcess.program.path,
            arguments,
            environment: environment,
            input: file.path,
            output: folder.appendingPathComponent("out").path,
            errors: folder.appendingPathComponent("err").path
        )
        return Result(status: try await child.end(), output: child.text, errors: child.errorText)
    }

    @Test func checkFindsEveryMistakeAndEndsWith78() async throws {
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(
                extra: """
                    destinations:
                      crm: { type: webhook, url: "http://127.0.0.1:9/hook", max_in_flite: 3 }
                    """
            ),
            pipeline: """
                stages:
                  - persist
                  - filter: { drop: '.payload.' }
                  - deliver: [cmr]
                """
        )
        defer { relay.remove() }
        let result = try await zaphub(["check", "-c", relay.folder.appendingPathComponent("config.yaml").path])
        #expect(result.status == 78)
        #expect(result.errors.contains("config.yaml:18:57"))
        #expect(result.errors.contains("did you mean \"max_in_flight\"?"))
        #expect(result.errors.contains("pipelines/default.yaml:3:"))
        #expect(result.errors.contains("pipelines/default.yaml:4:"))
        #expect(result.errors.contains("did you mean \"crm\"?"))
    }

    @Test func theShippedConfigurationIsGood() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let result = try await zaphub(["check", "-c", root.appendingPathComponent("config.yaml").path])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("0 warning(s)"), "\(result.output)")
    }

    @Test func testRunsThePipelinesTests() async throws {
        let relay = try RelayProcess(
            pipeline: """
                stages:
                  - persist
                  - deliver: [session]
                tests:
                  - name: a text is delivered
                    source: native
                    input: { event: message.received, sessionId: main, payload: { text: Hello } }
                    destinations: { session: [503, 200] }
                    expect: { delivered: [{ to: session, attempts: 2 }] }
                  - name: a text is dropped
                    source: native
                    input: { event: message.received, sessionId: main, payload: { text: Hello } }
                    expect: { nothing: true }
                """
        )
        defer { relay.remove() }
        let config = relay.folder.appendingPathComponent("config.yaml").path
        let report = relay.folder.appendingPathComponent("report.xml")
        let good = try await zaphub(["test", "-c", config, "--filter", "delivered", "--junit", report.path])
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output == "1 test, all passed\n")
        #expect(try String(contentsOf: report, encoding: .utf8).contains("tests=\"1\" failures=\"0\""))
        let bad = try await zaphub(["test", "-c", config])
        #expect(bad.status == 1)
        #expect(bad.output.contains("default.yaml:10: a text is dropped"), "\(bad.output)")
        #expect(bad.output.contains("2 tests, 1 failed"), "\(bad.output)")
    }

    @Test func runShowsWhatWouldBeDeliveredAndStoresNothing() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        let lines = [
            baileysText("A1").text,
            #"{"session":"main","event":"messages.upsert","data":{"type":"notify","messages":[{"key":{"remoteJid":"status@broadcast","fromMe":false,"id":"S1","participant":"5511999999002@s.whatsapp.net"},"messageTimestamp":1763000000,"message":{"conversation":"x"}}]}}"#,
            "not json",
        ]
        let result = try await zaphub(
            [
                "run", "-c", relay.folder.appendingPathComponent("config.yaml").path, "--source", "baileys",
                "--webhook", "http://127.0.0.1:9/hook", "--secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            ],
            input: lines.joined(separator: "\n")
        )
        #expect(result.status == 65)
        #expect(result.errors.contains("line 3:"))
        let outcomes = try result.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        try #require(outcomes.count == 2)
        let delivery = outcomes[0]["deliveries"]?[0]
        #expect(delivery?["body"]?["payload"]?["chatName"] == "Maria Silva")
        #expect(delivery?["headers"]?["webhook-signature"]?.string?.hasPrefix("v1,") == true)
        #expect(outcomes[1]["outcome"]?.string?.contains("dropped by filter") == true)
        #expect(!FileManager.default.fileExists(atPath: relay.folder.appendingPathComponent("data").path))
    }

    @Test func runShowsATextAsItWouldBeSentAndWhereLinesWouldGo() async throws {
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(
                extra: """
                    destinations:
                      chat: { type: webhook, url: "http://127.0.0.1:9/", body: "{{payload.chatName}}: {{payload.content.text}}" }
                      archive: { type: file, path: archive/events.ndjson }
                    """
            ),
            pipeline: "stages:\n  - persist\n  - enrich: [chat_name]\n  - deliver: [chat, archive]\n"
        )
        defer { relay.remove() }
        let config = relay.folder.appendingPathComponent("config.yaml").path
        let result = try await zaphub(
            ["run", "-c", config, "--source", "baileys"], input: baileysText("A1", text: "oi").text)
        #expect(result.status == 0, "\(result.errors)")
        let deliveries = try JSON(parsing: result.output)["deliveries"]
        #expect(deliveries?[0]?["body"] == "Maria Silva: oi")
        #expect(deliveries?[0]?["headers"]?["Content-Type"] == "text/plain; charset=utf-8")
        #expect(deliveries?[1]?["target"]?.string?.hasSuffix("archive/events.ndjson") == true)
        #expect(!FileManager.default.fileExists(atPath: relay.folder.appendingPathComponent("archive").path))
    }

    @Test func runDeliversWhenAsked() async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([.status(503)])
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        let result = try await zaphub(
            [
                "run", "-c", relay.folder.appendingPathComponent("config.yaml").path, "--source", "baileys",
                "--webhook", receiver.url, "--deliver",
            ],
            input: baileysText("A1").text
        )
        #expect(result.status == 0, "\(result.errors)")
        let outcome = try JSON(parsing: result.output)
        #expect(outcome["results"]?[0]?["delivered"] == true)
        #expect(outcome["results"]?[0]?["attempts"] == 2)
        #expect(receiver.requests.count == 2)
    }

    @Test func deadLettersAreListedAndReplayedFromTheCommandLine() async throws {
        let receiver = try ScriptedReceiver(default: .status(500))
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        _ = try await relay.call("POST", "/in/baileys", baileysText("M1"))
        try await relay.eventually("a dead letter") { try await relay.count("dead") == 1 }
        let access = ["ZAPHUB_URL": relay.url, "ZAPHUB_API_KEY": RelayProcess.key]
        let list = try await zaphub(["dead-letters"], environment: access)
        #expect(list.status == 0, "\(list.errors)")
        #expect(list.output.contains("exhausted: Webhook returned status 500"), "\(list.output)")
        #expect(try await zaphub(["dead-letters", "replay"], environment: access).status == 64)
        receiver.respond { _ in .status(200) }
        let replay = try await zaphub(["dead-letters", "replay", "--all"], environment: access)
        #expect(replay.output == "1 replayed\n", "\(replay.errors)")
        try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
        let wrong = try await zaphub(
            ["deliveries"], environment: access.merging(["ZAPHUB_API_KEY": "no"]) { _, new in new })
        #expect(wrong.status != 0)
        #expect(wrong.errors.contains("401"))
    }

    @Test func aSecondProcessRefusesTheStore() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let result = try await zaphub(["serve", "-c", relay.folder.appendingPathComponent("config.yaml").path])
        #expect(result.status == 75)
        #expect(result.errors.contains("\(relay.processID)"), "\(result.errors)")
    }

    @Test func helpNamesEveryCommand() async throws {
        let help = try await zaphub(["--help"])
        for command in ["serve", "run", "check", "listen", "deliveries", "dead-letters"] {
            #expect(help.output.contains(command))
        }
    }

    @Test func mediaDecryptOpensAFileOrSaysWhatIsWrong() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sealed = WhatsAppMediaEncryptor.seal(Array("a voice note".utf8), as: .audio)
        let file = folder.appendingPathComponent("note.enc").path
        try Data(sealed.encrypted).write(to: URL(fileURLWithPath: file))
        let key = Base64.encode(sealed.key)

        let good = try await zaphub(["media", "decrypt", file, "--type", "audio", "--key", key])
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("12 bytes, audio, sha256 \(sealed.media.id)"))
        let plain = folder.appendingPathComponent("note")
        #expect(try Data(contentsOf: plain) == Data(sealed.plain))

        let reference: JSON = [
            "payload": [
                "raw_media": [
                    "mediaType": "document", "url": "https://mmg.whatsapp.net/x", "mediaKey": .string(key),
                    "fileSha256": .string(Base64.encode(sealed.plainSHA256)),
                ]
            ]
        ]
        let document = folder.appendingPathComponent("delivery.json").path
        try Data(reference.bytes).write(to: URL(fileURLWithPath: document))
        let other = folder.appendingPathComponent("other").path
        let byReference = try await zaphub(["media", "decrypt", file, "--reference", document, "--output", other])
        #expect(byReference.status == 0, "the MAC tells the kind: \(byReference.errors)")

        var changed = sealed.encrypted
        changed[3] ^= 1
        try Data(changed).write(to: URL(fileURLWithPath: file))
        try FileManager.default.removeItem(at: plain)
        let bad = try await zaphub(["media", "decrypt", file, "--type", "audio", "--key", key])
        #expect(bad.status == 1)
        #expect(bad.errors.contains("mac_mismatch"))
        #expect(!bad.errors.contains(key))
        #expect(!FileManager.default.fileExists(atPath: plain.path))
        let wrong = try await zaphub(["media", "decrypt", file, "--type", "picture", "--key", key])
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("image, video, audio, document, sticker"))
    }

    @Test func serveNamesTheOptionWhoseMediaStorageCannotBeUsed() async throws {
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(extra: "media: { store: \"file:/dev/null/media\" }"))
        defer { relay.remove() }
        let result = try await zaphub(["serve", "-c", relay.folder.appendingPathComponent("config.yaml").path])
        #expect(result.status == 74)
        #expect(result.errors.contains("media.store cannot be used"))
        #expect(result.errors.contains("/dev/null/media"))
    }
}
