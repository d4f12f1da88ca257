import Foundation
import Logging
import RelayCore
import RelayJSON
import RelayPipeline
import RelaySQL
import RelaySQLite
import RelayTesting
import Testing

private let reference: JSON = [
    "mediaType": "image", "url": "https://mmg.whatsapp.net/x", "mimetype": "image/jpeg",
    "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
]
private let stored = StoredMedia(id: MediaID(digest: [UInt8](repeating: 7, count: 32)), size: 12)

/// A service with its own store, which runs while the closure of a test runs.
private struct LateMediaFixture: Sendable {
    let clock: ManualClock
    let store: SQLStore
    let announced = AsyncStream<Void>.makeStream()

    static func run(
        _ fetcher: ControllableMediaFetcher,
        _ body: @Sendable (LateMediaFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("late-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let clock = ManualClock()
        let store = try await SQLiteStore.open(
            path: folder.appendingPathComponent("zaphub.db").path,
            secretKey: try CredentialEncryptionKey(bytes: [UInt8](0..<32)),
            clock: clock,
            logger: logger
        )
        let fixture = LateMediaFixture(clock: clock, store: store)
        let service = LateMediaService(store: store, media: fetcher, clock: clock, logger: logger) {
            fixture.announced.continuation.yield()
        }
        try await fixture.acceptLate()
        try await withThrowingTaskGroup { group in
            group.addTask { try await service.run() }
            try await body(fixture)
            group.cancelAll()
        }
        await store.close()
    }

    /// Accepts a message that continues without its file.
    private func acceptLate() async throws {
        let new = ParsedEvent(
            type: .messageReceived, session: "main", chat: "5511999999001@s.whatsapp.net", dedupKey: "1",
            payload: ["messageId": "3EB0", "type": "image", "content": ["caption": "oi"], "raw_media": reference])
        let id = try await store.accept([new], source: "baileys", at: clock.now)[0].id
        let late = LateMedia(event: id, limits: MediaFetchLimits(), dueAt: clock.now)
        try await store.commit([EventProcessingResult(event: id, lateMedia: late)], at: clock.now)
    }

    var waiting: LateMedia? { get async throws { try await store.lateMedia(limit: 1).first } }
}

struct LateMediaTests {
    @Test func whatCameLateIsAnnouncedOnce() async throws {
        try await LateMediaFixture.run(ControllableMediaFetcher([.stored(stored)])) { fixture in
            for await _ in fixture.announced.stream { break }
            let event = try #require(try await fixture.store.pendingEvents(after: EventID(0), limit: 9).first)
            #expect(event.type == .messageUpdated)
            #expect(event.source == "baileys")
            #expect(event.chat == "5511999999001@s.whatsapp.net")
            #expect(event.payload["messageId"] == "3EB0")
            #expect(event.payload["targetMessageId"] == "3EB0")
            #expect(event.payload["update"] == "media")
            #expect(event.payload["content"] == ["caption": "oi"])
            #expect(event.payload["media"]?["size"] == 12)
            #expect(event.payload["raw_media"] == nil)
            // The message of this test has a part of its fields.
            let problems = EventCatalogueCheck.problems(event.type, event.payload)
            #expect(problems.filter { !$0.hasSuffix(" is missing") } == [])
            #expect(try await fixture.waiting == nil)
        }
    }

    @Test func aFileThatIsGoneIsGivenUp() async throws {
        try await LateMediaFixture.run(ControllableMediaFetcher([.fails(MediaError(.gone, "410"))])) { fixture in
            await fixture.clock.untilSleeping()
            try await eventually("it is given up") { try await fixture.waiting == nil }
            #expect(try await fixture.store.pendingEvents(after: EventID(0), limit: 9).isEmpty)
        }
    }

    @Test func aServerThatIsDownIsAskedAgain() async throws {
        let down = ControllableMediaFetcher.Outcome.fails(MediaError(.unavailable, "503"))
        try await LateMediaFixture.run(ControllableMediaFetcher([down, down, .stored(stored)])) { fixture in
            let start = fixture.clock.now
            for (failures, wait) in [(1, 60), (2, 660)] {
                try await eventually("\(failures) failures") { try await fixture.waiting?.failures == failures }
                #expect(try await fixture.waiting?.dueAt == start + .seconds(wait))
                // The service checks the store at least every 30 seconds.
                while fixture.clock.now < start + .seconds(wait) {
                    await fixture.clock.untilSleeping()
                    fixture.clock.advance(by: .seconds(30))
                }
            }
            for await _ in fixture.announced.stream { break }
            #expect(try await fixture.waiting == nil)
        }
    }
}
