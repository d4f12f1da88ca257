import Foundation
import RelayJSON
import RelayTesting
import Testing

/// The findings of `zaphub doctor` about everything except Chatwoot.
@Suite(.limitedConcurrency)
struct DoctorTests {
    private static func findings(
        _ extra: String, listen: String = "127.0.0.1:0", pipeline: String = "stages:\n  - deliver: [d]\n",
        store: String = "sqlite:data/zaphub.db"
    ) async throws -> (status: Int32, findings: [JSON], output: String) {
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(extra: extra)
                .replacing("listen: 127.0.0.1:0", with: "listen: \(listen)")
                .replacing("sqlite:data/zaphub.db", with: store),
            pipeline: pipeline
        )
        defer { relay.remove() }
        let result = try await CommandTests().zaphub(
            ["doctor", "--format", "json", "-c", relay.folder.appendingPathComponent("config.yaml").path])
        let document = try #require(try? JSON(parsing: result.output), "\(result.output)\(result.errors)")
        return (result.status, document["findings"]?.array ?? [], result.output)
    }

    private static func told(_ findings: [JSON], _ severity: String, of subject: String) -> [String] {
        findings.filter { $0["severity"]?.string == severity && $0["subject"]?.string == subject }
            .compactMap { $0["what"]?.string }
    }

    // MARK: Webhooks

    private static func webhook(_ url: String) -> String { "destinations:\n  d: { type: webhook, url: \"\(url)\" }" }

    @Test func aReceiverIsAskedWithoutABody() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let (status, findings, output) = try await Self.findings(Self.webhook(receiver.url + "/hook"))
        #expect(status == 0, "\(output)")
        #expect(Self.told(findings, "ok", of: "destinations.d") == ["\(receiver.url) is reached"])
        #expect(receiver.requests.map(\.method) == ["HEAD"])
        #expect(receiver.requests.allSatisfy { $0.body.isEmpty })
    }

    @Test func aReceiverThatIsNotThere() async throws {
        let receiver = try ScriptedReceiver()
        receiver.stop()
        let (status, findings, _) = try await Self.findings(Self.webhook(receiver.url + "/hook?token=hush"))
        #expect(status == 1)
        let told = Self.told(findings, "problem", of: "destinations.d")
        #expect(told.count == 1 && told[0].contains("is not reached") && !told[0].contains("hush"), "\(told)")
    }

    @Test func aNameThatDoesNotExist() async throws {
        let (status, findings, _) = try await Self.findings(Self.webhook("https://nobody.invalid/hook"))
        #expect(status == 1)
        let finding = try #require(findings.first { $0["subject"] == "destinations.d" })
        #expect(finding["fix"]?.string?.contains("DNS") == true, "\(finding)")
    }

    @Test func aReceiverThatRedirects() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { _ in .bytes(301, headers: [("Location", "/elsewhere")], body: []) }
        let (status, findings, _) = try await Self.findings(Self.webhook(receiver.url))
        #expect(status == 0)
        #expect(Self.told(findings, "warning", of: "destinations.d").first?.contains("redirects") == true)
    }

    // MARK: Gateways

    private static func gateway(_ options: String, answer: @escaping @Sendable (String) -> (Int, JSON)) async throws
        -> (findings: [JSON], requests: [ScriptedReceiver.Request])
    {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { request in
            let (status, body) = answer(request.path)
            return .bytes(status, headers: [("Content-Type", "application/json")], body: body.bytes)
        }
        let extra = "destinations:\n  d: { type: whatsapp, url: \"\(receiver.url)\", \(options) }"
        return (try await findings(extra).findings, receiver.requests)
    }

    @Test func evolutionTellsWhetherItsInstanceIsConnected() async throws {
        for (state, severity) in [("open", "ok"), ("close", "problem")] {
            let (findings, requests) = try await Self.gateway("provider: evolution, token: k, instance: main") { _ in
                (200, ["instance": ["instanceName": "main", "state": .string(state)]])
            }
            #expect(requests.map(\.path) == ["/instance/connectionState/main"])
            #expect(Self.told(findings, severity, of: "destinations.d").contains { $0.hasPrefix("session main is") })
        }
    }

    @Test func evolutionListsItsInstancesWhereNoneIsNamed() async throws {
        let (findings, requests) = try await Self.gateway("provider: evolution, token: k") { _ in
            (200, [["name": "a", "connectionStatus": "open"], ["name": "b", "connectionStatus": "connecting"]])
        }
        #expect(requests.map(\.path) == ["/instance/fetchInstances"])
        #expect(Self.told(findings, "ok", of: "destinations.d").contains("session a is connected"))
        #expect(
            Self.told(findings, "problem", of: "destinations.d") == ["session b is not connected (connecting)"])
    }

    @Test func wahaTellsWhatItsSessionWaitsFor() async throws {
        let (findings, requests) = try await Self.gateway("provider: waha, token: k, instance: default") { _ in
            (200, ["name": "default", "status": "SCAN_QR_CODE"])
        }
        #expect(requests.map(\.path) == ["/api/sessions/default"])
        #expect(
            Self.told(findings, "problem", of: "destinations.d")
                == ["session default is not connected (SCAN_QR_CODE)"])
    }

    @Test func gowaTellsWhetherADeviceIsThere() async throws {
        let (findings, requests) = try await Self.gateway("provider: gowa, token: \"u:p\"") { _ in
            (200, ["code": "SUCCESS", "results": [["name": "phone", "device": "1@s.whatsapp.net"]]])
        }
        #expect(requests.map(\.path) == ["/app/devices"])
        #expect(Self.told(findings, "ok", of: "destinations.d").contains("session gowa is connected"))
    }

    @Test func metaTellsWhetherTheTokenIsStillGood() async throws {
        let options = "provider: cloud_api, token: secret-token, phone_number_id: \"77\""
        let (good, requests) = try await Self.gateway(options) { _ in (200, ["id": "77"]) }
        #expect(requests.map(\.path) == ["/77"])
        #expect(Self.told(good, "problem", of: "destinations.d").isEmpty, "\(good)")
        let (bad, _) = try await Self.gateway(options) { _ in (401, ["error": ["code": 190, "message": "expired"]]) }
        let finding = try #require(bad.first { $0["severity"] == "problem" })
        #expect(finding["fix"]?.string?.contains("access token is not valid any more") == true)
        #expect(!bad.description.contains("secret-token"))
    }

    @Test(arguments: [(401, "refuses the key"), (404, "no such session"), (500, "answers 500")])
    func aGatewayThatRefuses(status: Int, told: String) async throws {
        let (findings, requests) = try await Self.gateway("provider: waha, token: k") { _ in (status, [:]) }
        #expect(requests.allSatisfy { $0.method == "GET" })
        #expect(Self.told(findings, "problem", of: "destinations.d").contains { $0.contains(told) }, "\(findings)")
    }

    // MARK: Chatwoot's WhatsApp channel

    @Test func chatwootsWhatsAppChannelIsLookedAt() async throws {
        let chatwoot = ChatwootDouble(profile: .v4_15)
        let url = try await chatwoot.start()
        defer { chatwoot.stop() }
        let destination = "destinations:\n  d: { type: chatwoot_whatsapp, url: \"\(url)\" }"
        let (status, findings, _) = try await Self.findings(destination)
        #expect(status == 1)
        #expect(Self.told(findings, "ok", of: "destinations.d").contains("Chatwoot takes WhatsApp webhooks there"))
        #expect(
            Self.told(findings, "problem", of: "destinations.d").first?.contains("no source keeps documents") == true)
        #expect(chatwoot.whatsAppPosts.isEmpty)
    }

    // MARK: Files and the store

    @Test func aFolderThatIsAFile() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)").path
        try "x".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let (status, findings, output) = try await Self.findings(
            "destinations:\n  d: { type: file, path: \"\(file)/events.ndjson\" }", store: "sqlite:\(file)/zaphub.db")
        #expect(status == 1)
        #expect(Self.told(findings, "problem", of: "destinations.d").count == 1, "\(output)")
        #expect(Self.told(findings, "problem", of: "store").count == 1, "\(output)")
        #expect(Self.told(findings, "ok", of: "media").first?.contains("MiB are free there") == true, "\(output)")
    }

    // MARK: The server

    @Test func aPortThatAnotherProgramHas() async throws {
        let other = try ScriptedReceiver()
        defer { other.stop() }
        let address = other.url.replacing("http://", with: "")
        let (status, findings, output) = try await Self.findings(
            "", listen: address, pipeline: "stages:\n  - deliver: [session]\n")
        #expect(status == 1, "\(output)")
        #expect(Self.told(findings, "problem", of: "server") == ["\(address) is taken by another program"])
    }

    @Test func aRelayThatIsRunningThere() async throws {
        let relay = try RelayProcess(pipeline: "stages:\n  - deliver: [session]\n")
        defer { relay.remove() }
        try await relay.start()
        let address = relay.url.replacing("http://", with: "")
        let (status, findings, output) = try await Self.findings(
            "", listen: address, pipeline: "stages:\n  - deliver: [session]\n")
        #expect(status == 0, "\(output)")
        #expect(Self.told(findings, "ok", of: "server") == ["a relay is running at \(address)"])
    }

    @Test func aPublicAddressThatOnlyThisMachineKnows() async throws {
        let (_, findings, output) = try await Self.findings(Self.webhook("https://nobody.invalid/hook"))
        #expect(
            Self.told(findings, "warning", of: "server").first?.contains("is this machine's own") == true, "\(output)")
    }

    @Test func theReportIsForPeopleToo() async throws {
        let relay = try RelayProcess(pipeline: "stages:\n  - deliver: [session]\n")
        defer { relay.remove() }
        let result = try await CommandTests().zaphub(
            ["doctor", "-c", relay.folder.appendingPathComponent("config.yaml").path])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.hasPrefix("server\n  note     the system chooses the port at each start\n"))
        #expect(result.output.hasSuffix("0 problem(s), 0 warning(s)\n"), "\(result.output)")
    }
}
