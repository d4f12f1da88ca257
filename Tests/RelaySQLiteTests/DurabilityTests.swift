import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelaySQL
@testable import RelaySQLite

@Suite struct DurabilityTests {
    private func event(_ text: String = "x", key: String? = nil) -> ParsedEvent {
        ParsedEvent(type: .messageReceived, session: "s", chat: "c", dedupKey: key, payload: ["text": .string(text)])
    }

    @Test func theWriterSyncsEveryCommit() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let settings = try await store.write { ledger in
            try ["synchronous", "wal_autocheckpoint", "mmap_size"].map { name in
                try ledger.database.prepared("PRAGMA \(name)").first { $0.int(0) }
            }
        }
        #expect(settings == [2, 0, 0])
        let mode = try await store.write { try $0.database.prepared("PRAGMA journal_mode").first { $0.text(0) } }
        #expect(mode == "wal")
        await store.close()
    }

    @Test func aNewConnectionOfTheWriterSyncsAsWell() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        try await breakConnection(of: store)
        await #expect(throws: StoreError.self) { try await store.accept([event()], source: "t", at: Stores.now) }
        let synchronous = try await store.write { try $0.database.prepared("PRAGMA synchronous").first { $0.int(0) } }
        #expect(synchronous == 2)
        await store.close()
    }

    @Test func readersCannotWriteAndDoNotCheckpoint() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        await #expect(throws: StoreError.self) {
            try await store.read { try $0.run("DELETE FROM events") }
        }
        let autocheckpoint = try await store.read { try $0.prepared("PRAGMA wal_autocheckpoint").first { $0.int(0) } }
        #expect(autocheckpoint == 0)
        await #expect(throws: StoreError.self) {
            try await store.read { try $0.run("PRAGMA query_only = OFF; DELETE FROM events") }
            try await store.read { try $0.run("DELETE FROM events") }
        }
        await store.close()
    }

    @Test func aConnectionThatFailsIsReplaced() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let first = try await store.accept([event("1", key: "k")], source: "t", at: Stores.now)[0]
        try await breakConnection(of: store)
        let error = await #expect(throws: StoreError.self) {
            try await store.accept([event("2")], source: "t", at: Stores.now)
        }
        #expect(error?.code == .unavailable)
        let third = try await store.accept([event("3")], source: "t", at: Stores.now)[0]
        let again = try await store.accept([event("1", key: "k")], source: "t", at: Stores.now)[0]
        #expect(again == EventAcceptanceResult(id: first.id, isDuplicate: true))
        #expect(try await store.pendingEvents(after: EventID(0), limit: 9).map(\.id) == [first.id, third.id])
        await store.close()
    }

    @Test func whetherItCanWriteIsFoundOutByWriting() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        try await store.checkWriting(at: Stores.now)
        try await breakConnection(of: store)
        let error = await #expect(throws: StoreError.self) { try await store.checkWriting(at: Stores.now) }
        #expect(error?.code == .unavailable)
        try await store.checkWriting(at: Stores.now)
        await store.close()
        await #expect(throws: StoreError.self) { try await store.checkWriting(at: Stores.now) }
    }

    /// Makes the next write fail, as on a file system that has become read-only.
    private func breakConnection(of store: SQLStore) async throws {
        try await store.write { try $0.database.run("PRAGMA query_only = ON") }
    }

    @Test func oneOperationThatFailsTakesNoOtherWithIt() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let (gate, isClosed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let blocked: Void = store.write { _ in
            isClosed.signal()
            gate.wait()
        }
        await Self.wait(isClosed)
        // These calls wait together, so they are one transaction.
        async let before = store.accept([event("1")], source: "t", at: Stores.now)
        async let failing: Result<Void, any Error> = {
            do {
                return .success(try await store.write { try $0.database.run("INSERT INTO events (id) VALUES (1)") })
            } catch {
                return .failure(error)
            }
        }()
        async let after = store.accept([event("2")], source: "t", at: Stores.now)
        try await eventually("three wait") { store.shared.operations.count >= 3 }
        gate.signal()
        try await blocked
        let ids = try await [before, after].flatMap { $0 }.map(\.id)
        let failure = await failing
        #expect(throws: StoreError.self) { try failure.get() }
        #expect(Set(try await store.pendingEvents(after: EventID(0), limit: 9).map(\.id)) == Set(ids))
        await store.close()
    }

    @Test func whatWouldWaitTooLongIsRefusedAtOnce() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database) { $0.maxWaitingOperations = 3 }
        let (gate, isClosed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let blocked: Void = store.write { _ in
            isClosed.signal()
            gate.wait()
        }
        await Self.wait(isClosed)
        let now = Stores.now
        let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<3 {
                group.addTask { try await !store.accept([event("\(index)")], source: "t", at: now)[0].isDuplicate }
            }
            try await eventually("three wait") { store.shared.operations.count >= 3 }
            let error = await #expect(throws: StoreError.self) {
                try await store.accept([event()], source: "t", at: now)
            }
            #expect(error?.code == .overloaded)
            gate.signal()
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        try await blocked
        #expect(accepted == 3)
        #expect(try await store.pendingEvents(after: EventID(0), limit: 9).count == 3)
        await store.close()
    }

    @Test func bytesThatWaitAreBoundedToo() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database) { $0.maxWaitingBytes = 10_000 }
        let (gate, isClosed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let blocked: Void = store.write { _ in
            isClosed.signal()
            gate.wait()
        }
        await Self.wait(isClosed)
        let (now, large) = (Stores.now, event(String(repeating: "x", count: 6000)))
        async let first = store.accept([large], source: "t", at: now)
        try await eventually("one waits") { store.shared.operations.count >= 1 }
        let error = await #expect(throws: StoreError.self) { try await store.accept([large], source: "t", at: now) }
        #expect(error?.code == .overloaded)
        gate.signal()
        try await blocked
        _ = try await first
        _ = try await store.accept([large], source: "t", at: now)
        await store.close()
    }

    /// Waits for a semaphore outside the thread pool that tasks run on.
    private static func wait(_ semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                semaphore.wait()
                continuation.resume()
            }
        }
    }

    @Test func theLogStartsOver() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let large = event(String(repeating: "x", count: 8000))
        for _ in 0..<80 {
            _ = try await store.accept([ParsedEvent](repeating: large, count: 100), source: "t", at: Stores.now)
        }
        let size = try FileManager.default.attributesOfItem(atPath: directory.database + "-wal")[.size] as? Int ?? 0
        #expect(size < 40 << 20)
        await store.close()
        #expect(!FileManager.default.fileExists(atPath: directory.database + "-wal"))
    }

    @Test func aClosedStoreRefuses() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        async let last = store.accept([event()], source: "t", at: Stores.now)
        let newlyDue = store.newlyDue
        let kept = try await last
        await store.close()
        await store.close()
        let error = await #expect(throws: StoreError.self) {
            try await store.accept([event()], source: "t", at: Stores.now)
        }
        #expect(error?.code == .unavailable)
        await #expect(throws: StoreError.self) { try await store.pendingEvents(after: EventID(0), limit: 1) }
        for await _ in newlyDue { Issue.record("nothing was due") }
        let again = try await Stores.open(directory.database)
        #expect(try await again.pendingEvents(after: EventID(0), limit: 9).map(\.id) == kept.map(\.id))
        await again.close()
    }
}
