import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayDirectory

/// When requests to a gateway are suspended.
struct RouteBreakerTests {
    /// Looks up entries that have not been requested before, one after the other.
    private func lookUp(_ ids: ClosedRange<Int>, at fixture: LookupFixture) async -> [DirectoryLookupAnswer?] {
        var answers: [DirectoryLookupAnswer?] = []
        for id in ids { answers.append(await fixture.service.lookUp(key("\(id)"), at: TestRoute())) }
        return answers
    }

    @Test(arguments: [
        ScriptedSender.Answer.status(500), .status(401), .status(302), .failure(.connect), .failure(.timeout),
        .failure(.blockedAddress), .truncated, .body("not JSON"),
    ])
    func afterFiveFailuresInARowItIsLeftAlone(answer: ScriptedSender.Answer) async {
        let fixture = LookupFixture { _ in answer }
        #expect(await lookUp(1...9, at: fixture) == Array(repeating: nil, count: 9))
        #expect(fixture.sender.requests.count == 5)
        #expect(!fixture.service.mayLookUp(key("new"), at: TestRoute()))
        #expect(fixture.log.lines.count == 1)
    }

    @Test(arguments: [404, 410])
    func notKnowingSomethingIsAnAnswer(status: Int) async {
        let fixture = LookupFixture { _ in .status(status) }
        #expect(await lookUp(1...9, at: fixture) == Array(repeating: DirectoryLookupAnswer(), count: 9))
        #expect(fixture.sender.requests.count == 9)
        #expect(fixture.log.lines.isEmpty)
    }

    @Test func anAnswerInBetweenBeginsTheCountAnew() async {
        let fixture = LookupFixture { $0.hasSuffix("/5") ? .body("x") : .status(503) }
        _ = await lookUp(1...9, at: fixture)
        #expect(fixture.sender.requests.count == 9)
    }

    @Test func afterThePauseOneLookupTriesWhetherItIsBack() async {
        let fixture = LookupFixture { _ in .held }
        for id in 1...5 {
            async let answer = fixture.service.lookUp(key("\(id)"), at: TestRoute())
            await fixture.sender.untilRequested(id)
            fixture.sender.release(.status(503))
            _ = await answer
        }
        fixture.clock.advance(by: .milliseconds(29_999))
        #expect(!fixture.service.mayLookUp(key("6"), at: TestRoute()))
        fixture.clock.advance(by: .milliseconds(1))
        async let probe = fixture.service.lookUp(key("6"), at: TestRoute())
        await fixture.sender.untilRequested(6)
        #expect(await fixture.service.lookUp(key("7"), at: TestRoute()) == nil, "one at a time")
        fixture.sender.release(.status(503))
        #expect(await probe == nil)
        #expect(await fixture.service.lookUp(key("8"), at: TestRoute()) == nil, "a failure begins the next pause")
        #expect(fixture.sender.requests.count == 6)

        fixture.clock.advance(by: .seconds(30))
        async let second = fixture.service.lookUp(key("9"), at: TestRoute())
        await fixture.sender.untilRequested(7)
        fixture.sender.release(.body("x"))
        #expect(await second == DirectoryLookupAnswer(name: "x"))
        #expect(fixture.service.mayLookUp(key("10"), at: TestRoute()))
        #expect(fixture.log.lines.count == 2, "\(fixture.log.lines)")
    }

    @Test func aGatewayThatIsDownCostsTheOthersNothing() async {
        let fixture = LookupFixture { $0.contains("down") ? .failure(.connect) : .body("x") }
        let down = TestRoute(id: "down", base: "http://down")
        for id in 1...6 { _ = await fixture.service.lookUp(key("\(id)"), at: down) }
        #expect(!fixture.service.mayLookUp(key("7"), at: down))
        #expect(await fixture.service.lookUp(key("7"), at: TestRoute()) != nil)
    }

    @Test func logsNameTheGatewayAndNobodyElse() async {
        let fixture = LookupFixture { _ in .failure(.connect) }
        for id in 1...6 { _ = await fixture.service.lookUp(key("551199999900\(id)@s.whatsapp.net"), at: TestRoute()) }
        let text = fixture.log.lines.joined()
        #expect(text.contains("http://gateway:3000"))
        for secret in ["5511", "canary", "/name", "main"] { #expect(!text.contains(secret)) }
    }
}
