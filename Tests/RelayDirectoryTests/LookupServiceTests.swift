import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayDirectory

struct LookupServiceTests {
    @Test func theRequestsOfALookupAreSentAtOnceAndTheirAnswersLaidTogether() async {
        let desk = Desk { _ in .held }
        async let answer = desk.service.lookUp(key(), at: TestRoute(parts: ["name", "picture"]))
        await desk.sender.untilRequested(2)
        #expect(
            Set(desk.sender.urls) == ["http://gateway:3000/name/1203@g.us", "http://gateway:3000/picture/1203@g.us"])
        desk.sender.release(.body("Vendas"))
        #expect(await answer == LookupAnswer(name: "Vendas", imageURL: "Vendas"))
        let request = desk.sender.requests[0]
        #expect(request.method == "GET")
        #expect(request.headers.map(\.name) == ["X-Api-Key", "Accept"])
        #expect(request.timeout == .seconds(2))
    }

    @Test func aHundredLookupsOfOneEntryAreOneRequest() async throws {
        let desk = Desk { _ in .held }
        await withTaskGroup(of: LookupAnswer?.self) { group in
            for _ in 0..<100 { group.addTask { await desk.service.lookUp(key(), at: TestRoute()) } }
            try await desk.untilWaiting(100)
            await desk.sender.untilRequested(1)
            desk.sender.release(.body("Vendas"))
            var answers: [LookupAnswer?] = []
            for await answer in group { answers.append(answer) }
            #expect(answers == Array(repeating: LookupAnswer(name: "Vendas"), count: 100))
        }
        #expect(desk.sender.requests.count == 1)
        #expect(desk.service.waiterCount == 0)
    }

    @Test func oneEntryAtTwoRoutesIsTwoLookups() async {
        let desk = Desk { _ in .body("x") }
        _ = await desk.service.lookUp(key(), at: TestRoute(id: "a"))
        _ = await desk.service.lookUp(key(), at: TestRoute(id: "b"))
        _ = await desk.service.lookUp(key(), at: TestRoute(id: "b", parts: []))
        #expect(desk.sender.requests.count == 2)
    }

    @Test func soManyAreUnderWayAndSoManyWaitAndTheRestEndsAtOnce() async throws {
        let desk = Desk(configure: { ($0.maxInFlight, $0.maxWaiting) = (2, 3) }) { _ in .held }
        await withTaskGroup(of: (String, LookupAnswer?).self) { group in
            for id in ["1", "2", "3", "4", "5", "6"] {
                let count = desk.service.waiterCount
                group.addTask { (id, await desk.service.lookUp(key(id), at: TestRoute())) }
                if id != "6" { try await desk.untilWaiting(count + 1) }
            }
            let first = await group.next()
            #expect(first?.0 == "6")
            #expect(first?.1 == nil)
            #expect(!desk.service.mayLookUp(key("7"), at: TestRoute()))
            #expect(desk.service.mayLookUp(key("7"), at: TestRoute(id: "another")))
            for sent in [2, 4, 5] {
                await desk.sender.untilRequested(sent)
                desk.sender.release(.body("x"))
            }
            for await (_, answer) in group { #expect(answer == LookupAnswer(name: "x")) }
        }
        #expect(desk.sender.peak == 2)
        #expect(desk.service.mayLookUp(key("7"), at: TestRoute()))
    }

    @Test func anAnswerThatIsTooSlowIsNotWaitedFor() async {
        let desk = Desk { _ in .held }
        async let answer = desk.service.lookUp(key(), at: TestRoute())
        await desk.sender.untilRequested(1)
        await desk.clock.untilSleeping()
        desk.clock.advance(by: .milliseconds(1999))
        #expect(desk.service.waiterCount == 1)
        desk.clock.advance(by: .milliseconds(1))
        #expect(await answer == nil)
        #expect(desk.sender.heldCount == 0, "the request has ended as well")
    }

    @Test func whatWasAnsweredInTimeCountsWithoutTheRest() async {
        let desk = Desk { $0.contains("/name/") ? .body("Vendas") : .held }
        async let answer = desk.service.lookUp(key(), at: TestRoute(parts: ["picture", "name"]))
        await desk.sender.untilRequested(2)
        await desk.clock.untilSleeping()
        desk.clock.advance(by: .seconds(2))
        #expect(await answer == LookupAnswer(name: "Vendas"), "nothing is said of the picture")
    }

    @Test func theWaitForItsTurnIsPartOfTheTime() async {
        let desk = Desk(configure: { $0.maxInFlight = 1 }) { _ in .held }
        async let first = desk.service.lookUp(key("1"), at: TestRoute())
        await desk.sender.untilRequested(1)
        async let second = desk.service.lookUp(key("2"), at: TestRoute())
        await desk.clock.untilSleeping(2)
        desk.clock.advance(by: .seconds(2))
        #expect(await first == nil)
        #expect(await second == nil)
        #expect(desk.sender.urls == ["http://gateway:3000/name/1"])
    }

    @Test func anEntryThatWasNotAnsweredIsLeftAloneAndTheOthersAreNot() async {
        let desk = Desk { $0.hasSuffix("/1") ? .status(500) : .body("x") }
        #expect(await desk.service.lookUp(key("1"), at: TestRoute()) == nil)
        #expect(await desk.service.lookUp(key("2"), at: TestRoute()) != nil)
        #expect(!desk.service.mayLookUp(key("1"), at: TestRoute()))
        #expect(await desk.service.lookUp(key("1"), at: TestRoute()) == nil)
        #expect(desk.sender.requests.count == 2)
        desk.clock.advance(by: .seconds(30))
        #expect(await desk.service.lookUp(key("1"), at: TestRoute()) == nil)
        #expect(desk.sender.requests.count == 3)
    }

    @Test func whoDoesNotWaitAnyMoreLeavesTheOthersTheirAnswer() async throws {
        let desk = Desk { _ in .held }
        let leaving = Task { await desk.service.lookUp(key(), at: TestRoute()) }
        try await desk.untilWaiting(1)
        async let staying = desk.service.lookUp(key(), at: TestRoute())
        try await desk.untilWaiting(2)
        await desk.sender.untilRequested(1)
        leaving.cancel()
        #expect(await leaving.value == nil)
        desk.sender.release(.body("Vendas"))
        #expect(await staying == LookupAnswer(name: "Vendas"))
    }

    @Test func withTheLastWhoWaitsTheRequestEnds() async throws {
        let desk = Desk { _ in .held }
        let lookup = Task { await desk.service.lookUp(key(), at: TestRoute()) }
        await desk.sender.untilRequested(1)
        lookup.cancel()
        #expect(await lookup.value == nil)
        try await eventually("the request ends") { desk.sender.heldCount == 0 }
        async let again = desk.service.lookUp(key(), at: TestRoute())
        await desk.sender.untilRequested(2)
        desk.sender.release(.body("x"))
        #expect(await again != nil, "nobody has said that the gateway does not answer")
    }
}
