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

/// A gateway that answers when a gate is open.
private final class GatedGateway: HTTPSender {
    let gates = Gates()
    private let body: @Sendable (HTTPRequest) -> String
    private let asked = Mutex<[String]>([])

    init(_ body: @escaping @Sendable (HTTPRequest) -> String) {
        self.body = body
    }

    var urls: [String] { asked.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        asked.withLock { $0.append(request.url) }
        await gates.pass("gateway")
        if Task.isCancelled { throw HTTPClientError(kind: .cancelled, message: "cancelled") }
        return HTTPResponse(status: 200, body: Array(body(request).utf8))
    }
}

/// `enrich` with a lookup in a pipeline, on the real store.
struct LookupPipelineTests {
    private let group = "120363000000000001@g.us"
    private let lid = "100000000000002@lid"
    private let phone = "5511999999001@s.whatsapp.net"

    private func trial(
        _ yaml: String = "enrich: { lookup: { preset: waha, url: \"http://waha\" } }",
        first: [any Stage] = [],
        answer: @escaping @Sendable (HTTPRequest) -> String
    ) async throws -> (PipelineFixture, GatedGateway) {
        let registry = ConfigurationRegistry(stages: BuiltInStages.all, destinations: [], formats: [], transports: [])
        let gateway = GatedGateway(answer)
        let clock = ManualClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let trial = try await PipelineFixture(
            first + [try registry.step(yaml: yaml).stage],
            gateways: LookupService(sender: gateway, clock: clock, logger: logger),
            clock: clock
        )
        return (trial, gateway)
    }

    private func message(_ text: String, in chat: String) -> NewEvent {
        event(
            text, chat: chat,
            [
                "from": .string(chat), "participant": nil, "chatName": nil, "chatImageUrl": nil, "groupName": nil,
                "groupImageUrl": nil, "contactName": nil, "contactImageUrl": nil,
            ])
    }

    private static func vendas(_ request: HTTPRequest) -> String {
        request.url.contains("/picture") ? #"{"url":"https://p.example/g.jpg"}"# : #"{"subject":"Vendas"}"#
    }

    @Test func theFirstMessageOfAGroupHasItsNameAndTheStoreKeepsTheAnswer() async throws {
        let (trial, gateway) = try await trial(answer: Self.vendas)
        gateway.gates.open("gateway")
        try await trial.run {
            try await trial.accept([message("1", in: group), message("2", in: group)])
            try await trial.untilDelivered(["1", "2"])
            #expect(try await trial.delivered("groupName") == ["Vendas", "Vendas"])
            #expect(try await trial.delivered("chatImageUrl") == Array(repeating: "https://p.example/g.jpg", count: 2))
            let stored = try #require(try await trial.store.groups([DirectoryKey(session: "main", id: group)]).first)
            #expect(stored.name == "Vendas")
            #expect(stored.checkedAt == trial.clock.now)

            // As after a restart: nothing is in memory.
            trial.directory.forget()
            try await trial.accept([message("3", in: group)])
            try await trial.untilDelivered(["1", "2", "3"])
            #expect(try await trial.delivered("groupName").last == "Vendas")
            #expect(gateway.urls.count == 2)
        }
    }

    @Test func thatNothingIsKnownIsKeptAsWell() async throws {
        let (trial, gateway) = try await trial { _ in "{}" }
        gateway.gates.open("gateway")
        try await trial.run {
            for text in ["1", "2"] {
                try await trial.accept([message(text, in: group)])
                try await trial.settle("done") { try await trial.pending() == 0 }
                trial.directory.forget()
            }
            #expect(gateway.urls.count == 2)
            #expect(try await trial.delivered("groupName") == ["?", "?"])
        }
    }

    @Test func aChatWaitsNoLongerThanTheTimeoutAndOthersDoNotWaitAtAll() async throws {
        let (trial, gateway) = try await trial(answer: Self.vendas)
        try await trial.run {
            let other = event("x", chat: "b@s.whatsapp.net")
            try await trial.accept([message("1", in: group), other, message("2", in: group)])
            try await trial.untilDelivered(["x"])
            try await trial.settle("it is asked") { gateway.urls.count == 2 }
            // The service itself sleeps as well.
            await trial.clock.untilSleeping(2)
            trial.clock.advance(by: .seconds(2))
            try await trial.untilDelivered(["x", "1", "2"])
            #expect(gateway.urls.count == 2, "the second message does not wait for a gateway that did not answer")
            #expect(try await trial.pending() == 0)
        }
    }

    @Test func theNextEventOfAHiddenIdentityIsThePhones() async throws {
        let (trial, gateway) = try await trial { request in
            if request.url.contains("/lids/") { return #"{"lid":"100000000000002@lid","pn":"5511999999001@c.us"}"# }
            return request.url.contains("/picture") ? #"{"url":null}"# : #"{"pushname":"Ana"}"#
        }
        gateway.gates.open("gateway")
        try await trial.run {
            try await trial.accept([message("1", in: lid), message("2", in: lid)])
            try await trial.untilDelivered(["1", "2"])
            #expect(try await trial.delivered("chatId") == [lid, phone])
            #expect(try await trial.delivered("from") == [lid, phone])
            #expect(try await trial.delivered("chatLid") == ["?", lid])
            #expect(try await trial.delivered("contactName") == ["Ana", "Ana"])
            trial.directory.forget()
            try await trial.accept([message("3", in: lid)])
            try await trial.untilDelivered(["1", "2", "3"])
            #expect(try await trial.delivered("chatId").last == phone)
        }
    }

    @Test func whatIsForgottenWhileAnEventWaitsIsAtHandAgainWhenItGoesOn() async throws {
        let gates = Gates()
        let (trial, gateway) = try await trial("enrich", first: [Waiting(gates: gates)], answer: Self.vendas)
        try await trial.run {
            let known = PipelineResult(
                event: try await trial.accept([event("0")])[0],
                records: [.group(Group(session: "main", id: group, name: "Vendas", updatedAt: trial.clock.now))]
            )
            try await trial.store.commit([known], at: trial.clock.now)
            var waiting = message("1", in: group)
            waiting.payload["gate"] = "slow"
            try await trial.accept([waiting])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            trial.directory.forget()
            try await trial.accept([event("x", chat: "b@s.whatsapp.net")])
            try await trial.settle("the cache is new") { try await trial.pending() == 1 }
            gates.open("slow")
            try await trial.settle("it is done") { try await trial.pending() == 0 }
            #expect(try await trial.delivered("groupName").last == "Vendas")
            #expect(gateway.urls.isEmpty)
        }
    }
}
