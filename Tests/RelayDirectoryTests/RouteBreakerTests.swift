import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayDirectory

/// When a gateway is left alone.
struct RouteHealthTests {
    /// Looks up entries that nobody has asked for, one after the other.
    private func lookUp(_ ids: ClosedRange<Int>, at desk: Desk) async -> [LookupAnswer?] {
        var answers: [LookupAnswer?] = []
        for id in ids { answers.append(await desk.service.lookUp(key("\(id)"), at: TestRoute())) }
        return answers
    }

    @Test(arguments: [
        ScriptedSender.Answer.status(500), .status(401), .status(302), .failure(.connect), .failure(.timeout),
        .failure(.blockedAddress), .truncated, .body("not JSON"),
    ])
    func afterFiveFailuresInARowItIsLeftAlone(answer: ScriptedSender.Answer) async {
        let desk = Desk { _ in answer }
        #expect(await lookUp(1...9, at: desk) == Array(repeating: nil, count: 9))
        #expect(desk.sender.requests.count == 5)
        #expect(!desk.service.mayLookUp(key("new"), at: TestRoute()))
        #expect(desk.log.lines.count == 1)
    }

    @Test(arguments: [404, 410])
    func notKnowingSomethingIsAnAnswer(status: Int) async {
        let desk = Desk { _ in .status(status) }
        #expect(await lookUp(1...9, at: desk) == Array(repeating: LookupAnswer(), count: 9))
        #expect(desk.sender.requests.count == 9)
        #expect(desk.log.lines.isEmpty)
    }

    @Test func anAnswerInBetweenBeginsTheCountAnew() async {
        let desk = Desk { $0.hasSuffix("/5") ? .body("x") : .status(503) }
        _ = await lookUp(1...9, at: desk)
        #expect(desk.sender.requests.count == 9)
    }

    @Test func afterThePauseOneLookupTriesWhetherItIsBack() async {
        let desk = Desk { _ in .held }
        for id in 1...5 {
            async let answer = desk.service.lookUp(key("\(id)"), at: TestRoute())
            await desk.sender.untilRequested(id)
            desk.sender.release(.status(503))
            _ = await answer
        }
        desk.clock.advance(by: .milliseconds(29_999))
        #expect(!desk.service.mayLookUp(key("6"), at: TestRoute()))
        desk.clock.advance(by: .milliseconds(1))
        async let probe = desk.service.lookUp(key("6"), at: TestRoute())
        await desk.sender.untilRequested(6)
        #expect(await desk.service.lookUp(key("7"), at: TestRoute()) == nil, "one at a time")
        desk.sender.release(.status(503))
        #expect(await probe == nil)
        #expect(await desk.service.lookUp(key("8"), at: TestRoute()) == nil, "a failure begins the next pause")
        #expect(desk.sender.requests.count == 6)

        desk.clock.advance(by: .seconds(30))
        async let second = desk.service.lookUp(key("9"), at: TestRoute())
        await desk.sender.untilRequested(7)
        desk.sender.release(.body("x"))
        #expect(await second == LookupAnswer(name: "x"))
        #expect(desk.service.mayLookUp(key("10"), at: TestRoute()))
        #expect(desk.log.lines.count == 2, "\(desk.log.lines)")
    }

    @Test func aGatewayThatIsDownCostsTheOthersNothing() async {
        let desk = Desk { $0.contains("down") ? .failure(.connect) : .body("x") }
        let down = TestRoute(id: "down", base: "http://down")
        for id in 1...6 { _ = await desk.service.lookUp(key("\(id)"), at: down) }
        #expect(!desk.service.mayLookUp(key("7"), at: down))
        #expect(await desk.service.lookUp(key("7"), at: TestRoute()) != nil)
    }

    @Test func logsNameTheGatewayAndNobodyElse() async {
        let desk = Desk { _ in .failure(.connect) }
        for id in 1...6 { _ = await desk.service.lookUp(key("551199999900\(id)@s.whatsapp.net"), at: TestRoute()) }
        let text = desk.log.lines.joined()
        #expect(text.contains("http://gateway:3000"))
        for secret in ["5511", "canary", "/name", "main"] { #expect(!text.contains(secret)) }
    }
}
