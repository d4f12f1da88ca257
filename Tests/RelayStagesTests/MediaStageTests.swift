import RelayConfig
import RelayCore
import RelayJSON
import RelayStages
import RelayTesting
import Testing

private let stored = StoredMedia(id: MediaID(digest: [UInt8](repeating: 7, count: 32)), size: 1234)
private let reference: JSON = [
    "mediaType": "audio", "url": "https://mmg.whatsapp.net/x", "directPath": "/x",
    "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "fileLength": 1234, "mimetype": "audio/ogg",
]

/// A media stage with its downloader and clock.
private struct MediaStageFixture {
    let stage: any Stage
    let fetcher: ControllableMediaFetcher
    let clock = ManualClock()

    init(_ yaml: String = "media", _ outcomes: ControllableMediaFetcher.Outcome...) throws {
        let registry = ConfigurationKindRegistry(
            stages: BuiltInStages.all, destinations: [], formats: [], transports: [])
        stage = try registry.step(yaml: yaml).stage
        fetcher = ControllableMediaFetcher(outcomes)
    }

    var context: StageContext {
        StageContext(directory: StubStageDirectory(), routes: StubStageDirectory(), media: fetcher, clock: clock)
    }

    func draft(_ payload: JSONObject = ["raw_media": reference, "content": ["ptt": true, "seconds": 7]])
        -> PipelineEvent
    {
        PipelineEvent(
            event: Event(
                id: EventID(5), source: "baileys", type: .messageReceived, session: "main",
                chat: "5511999999001@s.whatsapp.net", occurredAt: nil, receivedAt: clock.now, payload: payload),
            pipeline: "default"
        )
    }

    /// Runs the stage and the work that it waits for.
    /// - Parameter meanwhile: called while the stage waits.
    func run(_ draft: inout PipelineEvent, meanwhile: @Sendable () async -> Void = {}) async throws {
        guard case .wait(let work) = try stage.run(&draft, in: context) else {
            Issue.record("the stage does not wait")
            return
        }
        async let change = work.run()
        await meanwhile()
        _ = try await change(&draft, context)
    }
}

struct MediaStageTests {
    @Test func theFileStandsInThePlaceOfItsReference() async throws {
        let fixture = try MediaStageFixture("media", .stored(stored))
        var draft = fixture.draft()
        try await fixture.run(&draft)
        #expect(draft.event.payload["raw_media"] == nil)
        #expect(
            draft.event.payload["media"] == [
                "url": .string("http://relay/media/\(stored.id)/file"), "mimetype": "audio/ogg", "fileName": nil,
                "size": 1234, "sha256": .string(stored.id.description), "kind": "audio", "seconds": 7, "ptt": true,
                "expiresAt": 1_764_000_000,
            ])
        #expect(draft.lateMedia == nil)
    }

    @Test func whatCanNeverBeHadIsTheStagesFailure() async throws {
        let fixture = try MediaStageFixture("media", .fails(MediaError(.gone, "the server answered 410")))
        var draft = fixture.draft()
        let error = await #expect(throws: StageError.self) { try await fixture.run(&draft) }
        #expect(error?.reason == "gone")
        #expect(draft.lateMedia == nil)
    }

    @Test func whatDoesNotComeInTimeComesLater() async throws {
        let fixture = try MediaStageFixture("media: { wait: 20s, max_size: 5MiB, attempts: 2 }", .never)
        var draft = fixture.draft()
        try await fixture.run(&draft) {
            await fixture.clock.untilSleeping()
            fixture.clock.advance(by: .seconds(20))
        }
        let raw = try #require(draft.event.payload["raw_media"])
        #expect(raw["mediaKey"] == reference["mediaKey"], "the reference is whole")
        #expect(raw["pending"] == true)
        #expect(raw["error"]?["reason"] == "timeout")
        #expect(draft.lateMedia?.limits == MediaFetchLimits(maxSize: 5 << 20, attempts: 2, timeout: .seconds(120)))
        #expect(draft.lateMedia?.event == EventID(5))
        #expect(fixture.fetcher.cancelled == 1)
    }

    @Test func aServerThatIsDownIsAskedLater() async throws {
        let fixture = try MediaStageFixture("media", .fails(MediaError(.unavailable, "503 three times")))
        var draft = fixture.draft()
        try await fixture.run(&draft)
        #expect(draft.event.payload["raw_media"]?["error"]?["reason"] == "unavailable")
        #expect(draft.lateMedia != nil)
    }

    @Test func whoWantsNothingLateGetsTheFailure() async throws {
        let fixture = try MediaStageFixture(
            "media: { late: false }", .fails(MediaError(.unavailable, "503 three times")))
        var draft = fixture.draft()
        let error = await #expect(throws: StageError.self) { try await fixture.run(&draft) }
        #expect(error?.reason == "unavailable")
        #expect(draft.lateMedia == nil)
    }

    private static let nothingToFetch: [(String, JSONObject)] = [
        ("media", ["type": "text"]), ("media: { download: false }", ["raw_media": reference]),
        ("media", ["raw_media": reference, "media": ["url": "http://relay/x"]]),
        ("media", ["raw_media": reference, "history": true]), ("media: { max_size: 1KiB }", ["raw_media": reference]),
    ]

    @Test(arguments: nothingToFetch)
    func thereIsNothingToFetch(_ yaml: String, _ payload: JSONObject) throws {
        let fixture = try MediaStageFixture(yaml, .never)
        var draft = fixture.draft(payload)
        guard case .next = try fixture.stage.run(&draft, in: fixture.context) else {
            Issue.record("it waits")
            return
        }
        #expect(fixture.fetcher.fetched.isEmpty)
    }

    @Test func aReferenceThatSaysTooLittleFails() throws {
        let fixture = try MediaStageFixture("media", .never)
        var draft = fixture.draft(["raw_media": ["mediaType": "image", "url": "https://mmg.whatsapp.net/x"]])
        let error = #expect(throws: StageError.self) { try fixture.stage.run(&draft, in: fixture.context) }
        #expect(error?.reason == "incomplete")
    }

    /// `on_error: raw_media` is the default of media: the message continues with the reason of the failure.
    @Test func theReferenceGoesOutUnlessTheStepSaysOtherwise() throws {
        let registry = ConfigurationKindRegistry(
            stages: BuiltInStages.all, destinations: [], formats: [], transports: [])
        #expect(try registry.step(yaml: "media").onError == .rawMedia)
        #expect(try registry.step(yaml: "{ media: {}, on_error: dead_letter }").onError == .deadLetter)
        #expect(try registry.step(yaml: "persist").onError == .deadLetter)
    }
}
