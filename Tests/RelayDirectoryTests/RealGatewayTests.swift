import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayDirectory

/// Over real HTTP, through the egress guard.
@Suite(.limitedConcurrency)
struct RealGatewayTests {
    private func withService<Result>(
        allow: [String] = ["127.0.0.1"],
        _ body: (LookupService, ScriptedReceiver) async throws -> Result
    ) async throws -> Result {
        let receiver = try ScriptedReceiver()
        let engine = try CurlEngine(guard: EgressGuard(allow: allow), logger: Logger(label: "test"))
        defer { engine.shutdown() }
        let clock = SystemClock()
        return try await body(LookupService(sender: engine, clock: clock, logger: Logger(label: "test")), receiver)
    }

    @Test func aGatewayIsAskedAndItsAnswerRead() async throws {
        try await withService { service, receiver in
            receiver.respond { $0.path.hasPrefix("/name") ? .status(200, body: "Vendas") : .status(404) }
            let route = TestRoute(timeout: .waitLimit, base: receiver.url, parts: ["name", "picture"])
            #expect(
                await service.lookUp(key("1203@g.us"), at: route) == DirectoryLookupAnswer(name: "Vendas", imageURL: "")
            )
            let request = try #require(receiver.requests.first { $0.path.hasPrefix("/name") })
            #expect(request.method == "GET")
            #expect(request.path == "/name/1203@g.us")
            #expect(request.header("x-api-key") == "canary-key")
            #expect(request.header("accept") == "application/json")
        }
    }

    @Test func aBodyIsPosted() async throws {
        struct PostRoute: LookupEndpoint {
            let url: String
            let id = "posting"
            let name = "gateway"
            let timeout = Duration.waitLimit
            func requests(for key: DirectoryEntryKey) -> [LookupRequest] {
                [
                    LookupRequest(url: url + "/find", headers: [], body: Array(#"{"number":"1"}"#.utf8)) {
                        DirectoryLookupAnswer(name: $0.map { String(decoding: $0, as: UTF8.self) })
                    }
                ]
            }
        }
        try await withService { service, receiver in
            receiver.script([.status(201, body: "Ana")])
            #expect(await service.lookUp(key(), at: PostRoute(url: receiver.url)) == DirectoryLookupAnswer(name: "Ana"))
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST")
            #expect(request.text == #"{"number":"1"}"#)
            #expect(request.header("content-type") == "application/json")
        }
    }

    @Test(arguments: [
        ScriptedReceiver.Answer.reset, .infiniteChunked, .largeBody(3 << 20), .garbage,
        .status(302, headers: [("Location", "/name")]),
    ])
    func anAnswerThatIsNoneIsNone(answer: ScriptedReceiver.Answer) async throws {
        try await withService { service, receiver in
            receiver.script([answer, .status(200, body: "Vendas")])
            let route = TestRoute(timeout: .waitLimit, base: receiver.url)
            #expect(await service.lookUp(key("1"), at: route) == nil)
            #expect(await service.lookUp(key("2"), at: route) == DirectoryLookupAnswer(name: "Vendas"))
        }
    }

    @Test func aGatewayThatHangsIsWaitedForNoLongerThanTheTimeout() async throws {
        try await withService { service, receiver in
            receiver.script([.hang])
            let route = TestRoute(timeout: .milliseconds(200), base: receiver.url)
            #expect(await service.lookUp(key("1"), at: route) == nil)
        }
    }

    @Test func theEgressGuardHasItsSay() async throws {
        try await withService(allow: []) { service, receiver in
            #expect(await service.lookUp(key(), at: TestRoute(timeout: .waitLimit, base: receiver.url)) == nil)
            #expect(receiver.requests.isEmpty)
        }
    }
}
