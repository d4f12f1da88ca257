import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// The errors of Meta's Graph API, and the short-lived URLs that it gives out.
@Suite(.limitedConcurrency) struct GraphErrorTests {
    private let graph: ScriptedReceiver
    private let file = bytes(1000)

    init() throws {
        graph = try ScriptedReceiver()
    }

    private func open() async throws -> LoopbackMediaFixture {
        try await LoopbackMediaFixture(
            options: MediaSourceOptions(token: "EAAsecret", graphURL: graph.url + "/v23.0", whatsAppURL: graph.url))
    }

    private let reference = RawMediaReference(kind: .image, locations: [.cloud(id: "77", url: nil)])

    private func error(_ code: Int, _ more: String = "", message: String = "Told by Meta") -> String {
        #"{"error":{"message":"\#(message)","type":"OAuthException","code":\#(code)\#(more),"fbtrace_id":"A1"}}"#
    }

    private func failure(_ status: Int, _ body: String) async throws -> MediaError? {
        graph.respond { _ in .status(status, headers: [("Content-Type", "application/json")], body: body) }
        let fixture = try await open()
        return await RelayMediaTests.failure { _ = try await fixture.fetch(reference) }
    }

    @Test(arguments: [4, 17, 613, 80007, 130429])
    func aLimitOfCallsIsNotFinal(_ code: Int) async throws {
        let failure = try await failure(400, error(code, message: "(#\(code)) Application request limit reached"))
        #expect(failure?.code == .unavailable)
        #expect(failure?.isRetryable == true)
        #expect(failure?.message.contains("(#\(code)) Application request limit reached") == true)
    }

    @Test func whatMetaCallsTransientIsNotFinal() async throws {
        #expect(try await failure(400, error(-1, #","is_transient":true"#))?.code == .unavailable)
        #expect(try await failure(500, error(131_000))?.code == .unavailable)
        #expect(try await failure(503, error(2))?.code == .unavailable)
    }

    @Test(arguments: [
        (400, 10, ""), (403, 200, ""), (400, 100, #","error_subcode":33"#), (404, 100, #","error_subcode":33"#),
    ])
    func aMissingPermissionNamesTheToken(_ status: Int, _ code: Int, _ more: String) async throws {
        let failure = try #require(try await failure(status, error(code, more)))
        #expect(failure.code == .refused)
        #expect(failure.message.contains("media.token of the source gw"))
        #expect(failure.message.contains("Told by Meta"))
        #expect(failure.message.contains("whatsapp_business_messaging"))
        #expect(!failure.message.contains("EAAsecret"))
    }

    @Test func aTokenThatIsNotValidIsToldSo() async throws {
        let failure = try #require(try await failure(401, error(190, #","error_subcode":463"#)))
        #expect(failure.code == .refused)
        #expect(failure.message.contains("190/463: Told by Meta"))
        #expect(failure.message.contains("put a valid access token into media.token of the source gw"))
    }

    @Test func aTokenThatMetaRepeatsIsNotShown() async throws {
        let long = String(repeating: "x", count: 290) + " EAAsecret"
        for message in ["Malformed access token EAAsecret", long] {
            let failure = try #require(try await failure(401, error(190, message: message)))
            #expect(!failure.message.contains("EAA"), "\(failure.message)")
        }
    }

    @Test func otherErrorsKeepMetasMessage() async throws {
        let failure = try #require(try await failure(400, error(131_052, message: "Media\\ndownload   error")))
        #expect(failure.code == .refused)
        #expect(failure.message == "Meta answered with error 131052: Media download error")
    }

    @Test func anAnswerThatIsNoErrorOfGraphIsReadByItsStatus() async throws {
        #expect(try await failure(404, "Not found")?.code == .gone)
        #expect(try await failure(502, "<html>")?.code == .unavailable)
        #expect(try await failure(401, "{}")?.message.contains("media.token") == true)
    }

    // MARK: The short-lived URL

    private func lookup(_ number: Int) -> ScriptedReceiver.Answer {
        .status(200, body: #"{"url":"\#(graph.url)/file/\#(number)","id":"77"}"#)
    }

    @Test func anAddressThatDoesNotServeIsAskedForOnceMore() async throws {
        let file = file
        graph.respond { [graph] request in
            let lookups = graph.requests.count { $0.path == "/v23.0/77" }
            switch request.path {
            case "/v23.0/77": return lookup(lookups)
            case "/file/2": return .bytes(200, body: file)
            default: return .status(404)
            }
        }
        let fixture = try await open()
        #expect(try await fixture.content(fixture.fetch(reference)) == file)
        #expect(graph.requests.map(\.path) == ["/v23.0/77", "/file/1", "/v23.0/77", "/file/2"])
    }

    @Test func aFreshAddressIsAskedForOnce() async throws {
        graph.respond { request in request.path == "/v23.0/77" ? lookup(1) : .status(404) }
        let fixture = try await open()
        #expect(await RelayMediaTests.failure { _ = try await fixture.fetch(reference, attempts: 5) }?.code == .gone)
        #expect(graph.requests.count == 4)
    }
}
