import Logging
import RelayConfig
import RelayCore
import RelayDirectory
import RelayHTTPClient
import RelayJSON
import RelayPipeline
import RelayStages
import RelayTesting
import Synchronization
import Testing

/// A gateway that responds when a latch is open.
private final class HeldGateway: HTTPClient {
    let latches = NamedLatches()
    private let body: @Sendable (HTTPClientRequest) -> String
    private let asked = Mutex<[String]>([])

    init(_ body: @escaping @Sendable (HTTPClientRequest) -> String) {
        self.body = body
    }

    var urls: [String] { asked.withLock { $0 } }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        asked.withLock { $0.append(request.url) }
        await latches.wait("gateway")
        if Task.isCancelled { throw HTTPClientError(code: .cancelled, message: "cancelled") }
        return HTTPClientResponse(status: 200, body: Array(body(request).utf8))
    }
}

/// `enrich` with a lookup in a pipeline, with the real store.
struct LookupPipelineTests {
    private let group = "120363000000000001@g.us"
    private let lid = "100000000000002@lid"
    private let phone = "5511999999001@s.whatsapp.net"

    private func fixture(
        _ yaml: String = "enrich: { lookup: { preset: waha, url: \"http://waha\" } }",
        first: [any Stage] = [],
        answer: @escaping @Sendable (HTTPClientRequest) -> String
    ) async throws -> (PipelineFixture, HeldGateway) {
        let registry = ConfigurationKindRegistry(
            stages: BuiltInStages.all, destinations: [], formats: [], transports: [])
        let gateway = HeldGateway(answer)
        let clock = ManualClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let fixture = try await PipelineFixture(
            first + [try registry.step(yaml: yaml).stage],
            gateways: LookupService(sender: gateway, clock: clock, logger: logger),
            clock: clock
        )
        return (fixture, gateway)
    }

    private func message(_ text: String, in chat: String) -> ParsedEvent {
        event(
            text, chat: chat,
            [
                "from": .string(chat), "participant": nil, "chatName": nil, "chatImageUrl": nil, "groupName": nil,
                "groupImageUrl": nil, "contactName": nil, "contactImageUrl": nil,
            ])
    }

    private static func vendas(_ request: HTTPClientRequest) -> String {
        request.url.contains("/picture") ? #"{"url":"https://p.example/g.jpg"}"# : #"{"subject":"Vendas"}"#
    }

    @Test func theFirstMessageOfAGroupHasItsNameAndTheStoreKeepsTheAnswer() async throws {
        let (fixture, gateway) = try await fixture(answer: Self.vendas)
        gateway.latches.open("gateway")
        try await fixture.run {
            try await fixture.accept([message("1", in: group), message("2", in: group)])
            try await fixture.untilDelivered(["1", "2"])
            #expect(try await fixture.delivered("groupName") == ["Vendas", "Vendas"])
            #expect(
                try await fixture.delivered("chatImageUrl") == Array(repeating: "https://p.example/g.jpg", count: 2))
            let stored = try #require(
                try await fixture.store.groups([DirectoryEntryKey(session: "main", id: group)]).first)
            #expect(stored.name == "Vendas")
            #expect(stored.checkedAt == fixture.clock.now)

            // The state after a restart: the cache is empty.
            fixture.directory.forget()
            try await fixture.accept([message("3", in: group)])
            try await fixture.untilDelivered(["1", "2", "3"])
            #expect(try await fixture.delivered("groupName").last == "Vendas")
            #expect(gateway.urls.count == 2)
        }
    }

    @Test func thatNothingIsKnownIsKeptAsWell() async throws {
        let (fixture, gateway) = try await fixture { _ in "{}" }
        gateway.latches.open("gateway")
        try await fixture.run {
            for text in ["1", "2"] {
                try await fixture.accept([message(text, in: group)])
                try await fixture.settle("done") { try await fixture.pending() == 0 }
                fixture.directory.forget()
            }
            #expect(gateway.urls.count == 2)
            #expect(try await fixture.delivered("groupName") == ["?", "?"])
        }
    }

    @Test func aChatWaitsNoLongerThanTheTimeoutAndOthersDoNotWaitAtAll() async throws {
        let (fixture, gateway) = try await fixture(answer: Self.vendas)
        try await fixture.run {
            let other = event("x", chat: "b@s.whatsapp.net")
            try await fixture.accept([message("1", in: group), other, message("2", in: group)])
            try await fixture.untilDelivered(["x"])
            try await fixture.settle("it is asked") { gateway.urls.count == 2 }
            // The service itself also sleeps.
            await fixture.clock.untilSleeping(2)
            fixture.clock.advance(by: .seconds(2))
            try await fixture.untilDelivered(["x", "1", "2"])
            #expect(gateway.urls.count == 2, "the second message does not wait for a gateway that did not answer")
            #expect(try await fixture.pending() == 0)
        }
    }

    @Test func theNextEventOfAHiddenIdentityIsThePhones() async throws {
        let (fixture, gateway) = try await fixture { request in
            if request.url.contains("/lids/") { return #"{"lid":"100000000000002@lid","pn":"5511999999001@c.us"}"# }
            return request.url.contains("/picture") ? #"{"url":null}"# : #"{"pushname":"Ana"}"#
        }
        gateway.latches.open("gateway")
        try await fixture.run {
            try await fixture.accept([message("1", in: lid), message("2", in: lid)])
            // The last one is `contact.identified`.
            try await fixture.untilDelivered(["1", "2", "?"])
            #expect(try await fixture.delivered("chatId") == [lid, phone, phone])
            #expect(try await fixture.delivered("previousChatId") == ["?", "?", lid])
            #expect(try await fixture.delivered("from") == [lid, phone, "?"])
            #expect(try await fixture.delivered("chatLid") == ["?", lid, "?"])
            #expect(try await fixture.delivered("contactName") == ["Ana", "Ana", "?"])
            fixture.directory.forget()
            try await fixture.accept([message("3", in: lid)])
            try await fixture.untilDelivered(["1", "2", "?", "3"])
            #expect(try await fixture.delivered("chatId").last == phone)
        }
    }

    @Test func whatIsForgottenWhileAnEventWaitsIsAtHandAgainWhenItGoesOn() async throws {
        let latches = NamedLatches()
        let (fixture, gateway) = try await fixture(
            "enrich", first: [WaitingStage(latches: latches)], answer: Self.vendas)
        try await fixture.run {
            let known = EventProcessingResult(
                event: try await fixture.accept([event("0")])[0],
                records: [.group(Group(session: "main", id: group, name: "Vendas", updatedAt: fixture.clock.now))]
            )
            try await fixture.store.commit([known], at: fixture.clock.now)
            var waiting = message("1", in: group)
            waiting.payload["latch"] = "slow"
            try await fixture.accept([waiting])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            fixture.directory.forget()
            try await fixture.accept([event("x", chat: "b@s.whatsapp.net")])
            try await fixture.settle("the cache is new") { try await fixture.pending() == 1 }
            latches.open("slow")
            try await fixture.settle("it is done") { try await fixture.pending() == 0 }
            #expect(try await fixture.delivered("groupName").last == "Vendas")
            #expect(gateway.urls.isEmpty)
        }
    }
}
