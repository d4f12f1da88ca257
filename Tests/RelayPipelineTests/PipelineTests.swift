import RelayConfig
import RelayCore
import RelayJQ
import RelayJSON
import RelayPipeline
import RelayTesting
import Testing

private let now = Timestamp(milliseconds: 1_763_000_000_000)

/// Sets a member, and then returns the configured result.
private struct MarkStage: Stage {
    var name: String
    var outcome: StageOutcome = .next
    var failure: String?

    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        draft.event.payload[name] = true
        if let failure { throw StageError(failure) }
        return outcome
    }
}

private func step(_ stage: MarkStage, when: String? = nil, onError: PipelineStep.OnError = .deadLetter) throws
    -> PipelineStep
{
    PipelineStep(kind: "mark", id: stage.name, when: try when.map { try JQProgram($0) }, onError: onError, stage: stage)
}

private func run(_ steps: [PipelineStep]) -> (draft: PipelineEvent, end: Pipeline.End) {
    let event = Event(
        id: EventID(1),
        source: "baileys",
        type: .messageReceived,
        session: "main",
        chat: nil,
        occurredAt: nil,
        receivedAt: now,
        payload: ["type": "text"]
    )
    let pipeline = Pipeline(PipelineDefinition(name: "default", file: "", from: [], steps: steps))
    switch pipeline.run(event, in: StubStageDirectory().context) {
    case .ended(let draft, let end): return (draft, end)
    case .waiting: preconditionFailure("no step waits")
    }
}

struct PipelineTests {
    @Test func stepsRunInOrderUntilOneDrops() throws {
        let result = run([
            try step(MarkStage(name: "a")), try step(MarkStage(name: "b", outcome: .drop(reason: "enough"))),
            try step(MarkStage(name: "c")),
        ])
        #expect(result.end == .dropped(by: "b", reason: "enough"))
        #expect(result.draft.event.payload["a"] == true)
        #expect(result.draft.event.payload["c"] == nil)
    }

    @Test func whenChoosesByTheEventAsItIsThen() throws {
        let result = run([
            try step(MarkStage(name: "a"), when: ".payload.type == \"image\""),
            try step(MarkStage(name: "b")),
            try step(MarkStage(name: "c"), when: ".payload.b"),
        ])
        #expect(result.end == .completed)
        #expect(result.draft.event.payload == ["type": "text", "b": true, "c": true])
    }

    @Test func aFailureIsADeadLetterUnlessTheStepSaysOtherwise() throws {
        let failing = MarkStage(name: "a", failure: "no luck")
        #expect(run([try step(failing)]).end == .failed(at: "a", message: "no luck"))
        #expect(run([try step(failing, onError: .drop)]).end == .dropped(by: "a", reason: "no luck"))
        let on = run([try step(failing, onError: .continue), try step(MarkStage(name: "b"))])
        #expect(on.end == .completed)
        #expect(on.draft.event.payload == ["type": "text", "b": true], "the event goes on as it was")
    }

    @Test func aWhenThatFailsIsTheStepsFailure() throws {
        guard case .failed(let step, let message) = run([try step(MarkStage(name: "a"), when: ".payload.type + 1")]).end
        else {
            Issue.record("it did not fail")
            return
        }
        #expect(step == "a")
        #expect(message.contains("when"))
    }
}

struct DirectoryCacheTests {
    fileprivate func event(_ chat: String) -> Event {
        Event(
            id: EventID(1),
            source: "s",
            type: .messageReceived,
            session: "main",
            chat: chat,
            occurredAt: nil,
            receivedAt: now,
            payload: [:]
        )
    }

    @Test func whatIsLearnedShowsAtOnceAndMerges() {
        let cache = DirectoryCache()
        cache.expect([event("a@s.whatsapp.net")])
        cache.learn([.contact(Contact(session: "main", id: "a@s.whatsapp.net", pushName: "Ana", updatedAt: now))])
        cache.learn([.contact(Contact(session: "main", id: "a@s.whatsapp.net", name: "Ana Lima", updatedAt: now))])
        let contact = cache.contact("a@s.whatsapp.net", session: "main")
        #expect(contact?.pushName == "Ana")
        #expect(contact?.displayName == "Ana Lima")
        #expect(cache.contact("a@s.whatsapp.net", session: "other") == nil)
    }

    @Test func itStaysBoundedAndKeepsWhatIsUsed() {
        let cache = DirectoryCache(capacity: 10)
        for index in 0..<100 {
            cache.expect([event("hot@s.whatsapp.net"), event("\(index)@s.whatsapp.net")])
            cache.learn([
                .contact(Contact(session: "main", id: "hot@s.whatsapp.net", pushName: "Hot", updatedAt: now)),
                .contact(Contact(session: "main", id: "\(index)@s.whatsapp.net", pushName: "x", updatedAt: now)),
            ])
        }
        #expect(cache.contact("hot@s.whatsapp.net", session: "main")?.pushName == "Hot")
        let held = (0..<100).count { cache.contact("\($0)@s.whatsapp.net", session: "main") != nil }
        #expect(held <= 20)
    }
}

extension DirectoryCacheTests {
    @Test func whatIsKnownIsNotWrittenAgain() {
        let cache = DirectoryCache()
        let ana = Contact(session: "main", id: "a@s.whatsapp.net", pushName: "Ana", updatedAt: now)
        #expect(cache.learn([.contact(ana)]).count == 1, "an entry that is not at hand may be news")
        cache.expect([event("a@s.whatsapp.net")])
        #expect(cache.learn([.contact(ana)]).count == 1)
        var later = ana
        later.updatedAt = now + .seconds(60)
        #expect(cache.learn([.contact(later)]).isEmpty)
        later.pushName = "Ana Lima"
        #expect(cache.learn([.contact(later)]).count == 1)
        cache.forget()
        cache.expect([])
        #expect(cache.learn([.contact(later)]).count == 1, "after a commit that failed, everything is told again")
    }
}
