import RelayCore
import RelayJSON
import Testing

@testable import RelaySQL

/// Events that pipelines take from memory: never one that is missing, and never more than memory allows.
struct RecentEventsTests {
    private func entry(_ id: Int64, size: Int = 100) -> RecentEvents.Entry {
        let event = Event(
            id: EventID(id), source: "waha", type: .messageReceived, session: "a", chat: nil, occurredAt: nil,
            receivedAt: Timestamp(seconds: 0), payload: [:])
        return RecentEvents.Entry(event: event, size: size)
    }

    private func events(_ ids: Int64..., processed: Int64 = 0, in recent: RecentEvents) {
        recent.add(ids.map { entry($0) }, processed: EventID(processed))
    }

    private func take(after id: Int64, limit: Int = 100, from recent: RecentEvents) -> [Int64]? {
        recent.take(after: EventID(id), limit: limit)?.map(\.id.rawValue)
    }

    @Test func nothingIsTakenBeforeTheWriterHasStarted() {
        let recent = RecentEvents()
        events(1, in: recent)
        #expect(take(after: 0, from: recent) == nil)
    }

    @Test func eventsAreTakenOnceAndInOrder() {
        let recent = RecentEvents()
        recent.restart(after: EventID(10))
        #expect(take(after: 9, from: recent) == nil, "older ones are in the file")
        #expect(take(after: 10, from: recent) == [])
        events(11, 12, in: recent)
        events(15, in: recent)
        #expect(take(after: 10, limit: 2, from: recent) == [11, 12])
        #expect(take(after: 10, from: recent) == nil, "they are read from the file the second time")
        #expect(take(after: 12, from: recent) == [15])
        #expect(take(after: 15, from: recent) == [])
    }

    @Test func aReaderThatIsAheadSkipsWhatItHas() {
        let recent = RecentEvents()
        recent.restart(after: EventID(10))
        events(11, 12, 13, in: recent)
        #expect(take(after: 12, from: recent) == [13])
    }

    @Test func whatWasProcessedMeanwhileIsNotPending() {
        let recent = RecentEvents()
        recent.restart(after: EventID(10))
        events(11, 12, 13, in: recent)
        events(processed: 12, in: recent)
        #expect(take(after: 10, from: recent) == nil)
        #expect(take(after: 12, from: recent) == [13])
        events(14, processed: 14, in: recent)
        #expect(take(after: 13, from: recent) == nil)
    }

    @Test func tooManyAndTooLargeOnesAreLeftToTheFile() {
        let recent = RecentEvents()
        recent.restart(after: EventID(0))
        for id: Int64 in 1...5000 { events(id, in: recent) }
        #expect(take(after: 0, from: recent) == nil)
        let rest = take(after: 4000, limit: 5000, from: recent)
        #expect(rest?.first == 4001 && rest?.last == 5000)
        recent.add((5001...5009).map { entry($0, size: 1 << 20) }, processed: EventID(0))
        #expect(take(after: 5000, from: recent) == nil)
        #expect(take(after: 5007, from: recent) == [5008, 5009])
    }

    /// A transaction that failed may have used up ids.
    @Test func afterAFailureEverythingIsReadFromTheFile() {
        let recent = RecentEvents()
        recent.restart(after: EventID(10))
        events(11, in: recent)
        recent.restart(after: EventID(14))
        #expect(take(after: 10, from: recent) == nil)
        events(15, in: recent)
        #expect(take(after: 14, from: recent) == [15])
    }
}
