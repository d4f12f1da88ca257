import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelaySQL

@Suite(.limitedConcurrency, .enabled(if: SmallFileSystem.isPermitted, "needs the right to mount a tmpfs"))
struct DiskFullTests {
    private static let text = String(repeating: "x", count: 3000)

    private func event(_ index: Int) -> ParsedEvent {
        ParsedEvent(
            type: .messageReceived, session: "s", chat: "c\(index % 7)", dedupKey: "\(index)",
            payload: ["text": .string(Self.text)]
        )
    }

    @Test func aFullDiskRefusesNewWorkAndGoesOnByItself() async throws {
        let disk = try SmallFileSystem(size: "8m")
        let filler = disk.directory.path + "/filler"
        #expect(FileManager.default.createFile(atPath: filler, contents: Data(count: 3 << 20)))
        let store = try await Stores.open(disk.directory.database, ballast: 1 << 20)
        let now = Stores.now

        // Some deliveries are in flight when the disk becomes full.
        var accepted = try await store.accept((0..<20).map(event), source: "t", at: now).map(\.id)
        let events = try await store.pendingEvents(after: EventID(0), limit: 100)
        let results = events.map { event in
            let planned = PlannedDelivery(of: event, to: "crm", lane: event.chat, pipeline: "p", signing: nil)
            return EventProcessingResult(event: event.id, deliveries: [planned])
        }
        try await store.commit(results, at: now)
        let claim = DeliveryClaimRequest(destination: "crm", limit: 5)
        let flying = try await store.exchange([], claims: [claim], at: now)[0].deliveries
        #expect(flying.count == 5)

        var refusal: StoreError?
        var index = 20
        while refusal == nil, index < 5000 {
            do {
                accepted += try await store.accept([event(index)], source: "t", at: now).map(\.id)
                index += 1
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .full)
        // The first rejected write may shorten the log and make room, so this repeats until no event is accepted.
        var refusals = 0
        while refusals < 20, index < 5000 {
            do {
                accepted += try await store.accept([event(index)], source: "t", at: now).map(\.id)
                refusals = 0
                index += 1
            } catch {
                refusals += 1
            }
        }
        #expect(refusals == 20)
        let check = await #expect(throws: StoreError.self) { try await store.checkWriting(at: now) }
        #expect(check?.code == .full)

        // Deliveries in flight are settled, and the next ones are claimed.
        let settlements = flying.map { delivery in
            let result = AttemptResult(outcome: .delivered, status: 200, target: "x", duration: .zero)
            let attempt = DeliveryAttempt(number: delivery.attempt, startedAt: now, result: result)
            return AttemptSettlement(delivery: delivery.id, attempt: attempt, next: .delivered)
        }
        let more = try await store.exchange(settlements, claims: [claim], at: now)[0].deliveries
        #expect(more.count == 5)
        #expect(try await store.countDeliveries(DeliveryFilter(states: [.delivered])) == 5)
        let retention = RetentionPeriods(delivered: .zero, dead: .zero, messages: .zero, dedup: .seconds(60))
        #expect(try await store.sweep(retention, at: now + .seconds(1), limit: 100) > 0)

        try FileManager.default.removeItem(atPath: filler)
        // Nobody has to send an event for the store to notice.
        try await store.checkWriting(at: now)
        let after = try await store.accept([event(9999)], source: "t", at: now)
        accepted += after.map(\.id)
        #expect(FileManager.default.fileExists(atPath: disk.directory.database + ".ballast"), "the reserve is back")

        // Exactly the acknowledged events are stored, and the others can be sent again.
        await store.close()
        let again = try await Stores.open(disk.directory.database, ballast: 1 << 20)
        let repeated = try await again.accept((0..<index).map(event), source: "t", at: now)
        #expect(repeated.count(where: \.isDuplicate) == repeated.count)
        #expect(repeated.map(\.id) + after.map(\.id) == accepted)
        let integrity = try await again.read { try $0.prepared("PRAGMA integrity_check").first { $0.text(0) } }
        #expect(integrity == "ok")
        await again.close()
    }

    @Test func aReserveThatDoesNotFitIsDoneWithout() async throws {
        let disk = try SmallFileSystem(size: "2m")
        let store = try await Stores.open(disk.directory.database, ballast: 16 << 20)
        _ = try await store.accept([event(1)], source: "t", at: Stores.now)
        #expect(!FileManager.default.fileExists(atPath: disk.directory.database + ".ballast"))
        await store.close()
    }
}
