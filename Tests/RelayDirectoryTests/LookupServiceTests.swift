import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayDirectory

struct LookupServiceTests {
    @Test func theRequestsOfALookupAreSentAtOnceAndTheirAnswersLaidTogether() async {
        let fixture = LookupFixture { _ in .held }
        async let answer = fixture.service.lookUp(key(), at: TestRoute(parts: ["name", "picture"]))
        await fixture.sender.untilRequested(2)
        #expect(
            Set(fixture.sender.urls) == ["http://gateway:3000/name/1203@g.us", "http://gateway:3000/picture/1203@g.us"])
        fixture.sender.release(.body("Vendas"))
        #expect(await answer == DirectoryLookupAnswer(name: "Vendas", imageURL: "Vendas"))
        let request = fixture.sender.requests[0]
        #expect(request.method == "GET")
        #expect(request.headers.map(\.name) == ["X-Api-Key", "Accept"])
        #expect(request.timeout == .seconds(2))
    }

    @Test func aHundredLookupsOfOneEntryAreOneRequest() async throws {
        let fixture = LookupFixture { _ in .held }
        try await withThrowingTaskGroup(of: DirectoryLookupAnswer?.self) { group in
            for _ in 0..<100 { group.addTask { await fixture.service.lookUp(key(), at: TestRoute()) } }
            try await fixture.untilWaiting(100)
            await fixture.sender.untilRequested(1)
            fixture.sender.release(.body("Vendas"))
            var answers: [DirectoryLookupAnswer?] = []
            for try await answer in group { answers.append(answer) }
            #expect(answers == Array(repeating: DirectoryLookupAnswer(name: "Vendas"), count: 100))
        }
        #expect(fixture.sender.requests.count == 1)
        #expect(fixture.service.waiterCount == 0)
    }

    @Test func oneEntryAtTwoRoutesIsTwoLookups() async {
        let fixture = LookupFixture { _ in .body("x") }
        _ = await fixture.service.lookUp(key(), at: TestRoute(id: "a"))
        _ = await fixture.service.lookUp(key(), at: TestRoute(id: "b"))
        _ = await fixture.service.lookUp(key(), at: TestRoute(id: "b", parts: []))
        #expect(fixture.sender.requests.count == 2)
    }

    @Test func soManyAreUnderWayAndSoManyWaitAndTheRestEndsAtOnce() async throws {
        let fixture = LookupFixture(configure: { ($0.maxInFlight, $0.maxWaiting) = (2, 3) }) { _ in .held }
        try await withThrowingTaskGroup(of: (String, DirectoryLookupAnswer?).self) { group in
            for id in ["1", "2", "3", "4", "5", "6"] {
                let count = fixture.service.waiterCount
                group.addTask { (id, await fixture.service.lookUp(key(id), at: TestRoute())) }
                if id != "6" { try await fixture.untilWaiting(count + 1) }
            }
            let first = try await group.next()
            #expect(first?.0 == "6")
            #expect(first?.1 == nil)
            #expect(!fixture.service.mayLookUp(key("7"), at: TestRoute()))
            #expect(fixture.service.mayLookUp(key("7"), at: TestRoute(id: "another")))
            for sent in [2, 4, 5] {
                await fixture.sender.untilRequested(sent)
                fixture.sender.release(.body("x"))
            }
            for try await (_, answer) in group { #expect(answer == DirectoryLookupAnswer(name: "x")) }
        }
        #expect(fixture.sender.peak == 2)
        #expect(fixture.service.mayLookUp(key("7"), at: TestRoute()))
    }

    @Test func anAnswerThatIsTooSlowIsNotWaitedFor() async {
        let fixture = LookupFixture { _ in .held }
        async let answer = fixture.service.lookUp(key(), at: TestRoute())
        await fixture.sender.untilRequested(1)
        await fixture.clock.untilSleeping()
        fixture.clock.advance(by: .milliseconds(1999))
        #expect(fixture.service.waiterCount == 1)
        fixture.clock.advance(by: .milliseconds(1))
        #expect(await answer == nil)
        #expect(fixture.sender.heldCount == 0, "the request has ended as well")
    }

    @Test func whatWasAnsweredInTimeCountsWithoutTheRest() async {
        let fixture = LookupFixture { $0.contains("/name/") ? .body("Vendas") : .held }
        async let answer = fixture.service.lookUp(key(), at: TestRoute(parts: ["picture", "name"]))
        await fixture.sender.untilRequested(2)
        await fixture.clock.untilSleeping()
        fixture.clock.advance(by: .seconds(2))
        #expect(await answer == DirectoryLookupAnswer(name: "Vendas"), "nothing is said of the picture")
    }

    @Test func theWaitForItsTurnIsPartOfTheTime() async {
        let fixture = LookupFixture(configure: { $0.maxInFlight = 1 }) { _ in .held }
        async let first = fixture.service.lookUp(key("1"), at: TestRoute())
        await fixture.sender.untilRequested(1)
        async let second = fixture.service.lookUp(key("2"), at: TestRoute())
        await fixture.clock.untilSleeping(2)
        fixture.clock.advance(by: .seconds(2))
        #expect(await first == nil)
        #expect(await second == nil)
        #expect(fixture.sender.urls == ["http://gateway:3000/name/1"])
    }

    @Test func anEntryThatWasNotAnsweredIsLeftAloneAndTheOthersAreNot() async {
        let fixture = LookupFixture { $0.hasSuffix("/1") ? .status(500) : .body("x") }
        #expect(await fixture.service.lookUp(key("1"), at: TestRoute()) == nil)
        #expect(await fixture.service.lookUp(key("2"), at: TestRoute()) != nil)
        #expect(!fixture.service.mayLookUp(key("1"), at: TestRoute()))
        #expect(await fixture.service.lookUp(key("1"), at: TestRoute()) == nil)
        #expect(fixture.sender.requests.count == 2)
        fixture.clock.advance(by: .seconds(30))
        #expect(await fixture.service.lookUp(key("1"), at: TestRoute()) == nil)
        #expect(fixture.sender.requests.count == 3)
    }

    @Test func whoDoesNotWaitAnyMoreLeavesTheOthersTheirAnswer() async throws {
        let fixture = LookupFixture { _ in .held }
        let leaving = Task { await fixture.service.lookUp(key(), at: TestRoute()) }
        try await fixture.untilWaiting(1)
        async let staying = fixture.service.lookUp(key(), at: TestRoute())
        try await fixture.untilWaiting(2)
        await fixture.sender.untilRequested(1)
        leaving.cancel()
        #expect(await leaving.value == nil)
        fixture.sender.release(.body("Vendas"))
        #expect(await staying == DirectoryLookupAnswer(name: "Vendas"))
    }

    @Test func withTheLastWhoWaitsTheRequestEnds() async throws {
        let fixture = LookupFixture { _ in .held }
        let lookup = Task { await fixture.service.lookUp(key(), at: TestRoute()) }
        await fixture.sender.untilRequested(1)
        lookup.cancel()
        #expect(await lookup.value == nil)
        try await eventually("the request ends") { fixture.sender.heldCount == 0 }
        async let again = fixture.service.lookUp(key(), at: TestRoute())
        await fixture.sender.untilRequested(2)
        fixture.sender.release(.body("x"))
        #expect(await again != nil, "nobody has said that the gateway does not answer")
    }
}
