import Foundation
import Glibc
import Logging
import RelayCore
import RelayFormats
import RelayTesting
import Testing

@testable import RelaySources

/// The transport `stdin`, with real pipes.
struct LineReaderServiceTests {
    private let journal = MemoryJournal()
    private let clock = ManualClock()

    private func document(_ id: Int) -> String {
        #"{"id": "\#(id)", "session": "demo"}"#
    }

    private var accepted: [String] { journal.events.compactMap(\.dedupKey) }

    /// Reads a text to its end through a pipe.
    private func readPipe(
        _ text: String, logger: Logger = Logger(label: "test"), format: any SourceFormat = TestFormat()
    ) async throws -> LineReaderStatistics.Snapshot {
        let pipe = Pipe()
        let service = LineReaderService(
            StandardInput(descriptor: pipe.fileHandleForReading.fileDescriptor),
            intake: makeIntake(journal, format: format, clock: clock),
            clock: clock,
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.readToEnd() }
            group.addTask { try await Self.write(text, to: pipe.fileHandleForWriting) }
            try await group.waitForAll()
        }
        return service.counts.snapshot
    }

    /// Writes and closes on a separate thread, because a full pipe must not block a thread that the reader needs.
    private static func write(_ text: String, to handle: FileHandle) async throws {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "writer").async {
                continuation.resume(
                    with: Result {
                        try handle.write(contentsOf: Data(text.utf8))
                        try handle.close()
                    }
                )
            }
        }
    }

    @Test func aStreamIsReadToItsEndInOrder() async throws {
        let ids = Array(1...2000)
        let counts = try await readPipe(ids.map(document).joined(separator: "\n"))
        #expect(accepted == ids.map { "\($0)" })
        #expect(counts == .init(documents: 2000, rejected: 0, events: 2000, duplicates: 0))
        // Many lines share one commit, but the size of a commit is limited.
        #expect(journal.calls.count < 1000)
        #expect(journal.calls.allSatisfy { $0.count <= 256 })
    }

    @Test func badLinesAreNamedWithoutTheirContent() async throws {
        let (logger, lines) = RecordingLog.make()
        let text = [document(1), "topsecret {", #"{"topsecret": 1}"#, "", document(2)].joined(separator: "\n")
        let counts = try await readPipe(text, logger: logger)
        #expect(accepted == ["1", "2"])
        #expect(counts.rejected == 2)
        let warnings = lines.all.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 2)
        #expect(warnings.first?.contains(#""line": 2"#) == true)
        #expect(warnings.last?.contains(#""line": 3"#) == true)
        #expect(warnings.allSatisfy { $0.contains("standard input") })
        #expect(
            journal.rejectedDocuments.documents.map { $0.reason.prefix(23) } == [
                "standard input, line 2:", "standard input, line 3:",
            ])
        #expect(journal.rejectedDocuments.documents.map(\.code) == [.malformed, .notAnEvent])
        #expect(!lines.all.contains { $0.contains("topsecret") })
    }

    @Test func aByteOrderMarkDoesNotCostTheFirstDocument() async throws {
        let counts = try await readPipe("\u{FEFF}\(document(1))\n\(document(2))\n")
        #expect(accepted == ["1", "2"])
        #expect(counts.rejected == 0)
    }

    @Test func aLineBeyondTheLimitIsPassedOver() async throws {
        let long = String(repeating: "x", count: LineReaderService.maximumLineLength + 1)
        let counts = try await readPipe("\(long)\n\(document(1))\n")
        #expect(accepted == ["1"])
        #expect(counts.rejected == 1)
        #expect(journal.rejectedDocuments.documents.map(\.size) == [nil])
    }

    @Test func aBatchOnALineIsReadAsFarAsItCanBe() async throws {
        let (logger, lines) = RecordingLog.make()
        let batch = IntakeTests.batch.split(separator: "\n").joined(separator: " ")
        let counts = try await readPipe("{}\n\(batch)\n", logger: logger, format: BaileysFormat())
        #expect(counts == .init(documents: 1, rejected: 2, events: 2, duplicates: 0))
        #expect(journal.rejectedDocuments.documents.map(\.index) == [nil, 1])
        let warning = try #require(lines.all.last { $0.hasPrefix("warning") })
        #expect(warning.contains(#""line": 2"#) && warning.contains("/data/messages/1/key/remoteJid"), "\(warning)")
    }

    @Test func aLineThatIsNotKeptYetIsNotPassedOver() async throws {
        journal.rejectedDocuments.failNext(StoreError(.overloaded, ""))
        let start = clock.now
        async let counts = readPipe("nonsense\n\(document(1))")
        let first = try await idle()
        #expect(first == start + .seconds(1))
        clock.set(first)
        #expect(try await counts.events == 1)
        #expect(journal.rejectedDocuments.documents.count == 1)
    }

    @Test func whatWasReadBeforeIsADuplicate() async throws {
        _ = try await readPipe(document(1))
        #expect(try await readPipe(document(1)).duplicates == 1)
    }

    @Test func whileTheStoreCannotNothingIsLost() async throws {
        journal.failNext(StoreError(.overloaded, ""), StoreError(.full, ""))
        let start = clock.now
        async let counts = readPipe(document(1))
        let first = try await idle()
        #expect(first == start + .seconds(1))
        clock.set(first)
        let second = try await idle()
        #expect(second == start + .seconds(31))
        clock.set(second)
        #expect(try await counts.events == 1)
        #expect(accepted == ["1"])
    }

    @Test func aCancelledReaderStopsWaitingForItsStream() async throws {
        let pipe = Pipe()
        let service = LineReaderService(
            StandardInput(descriptor: pipe.fileHandleForReading.fileDescriptor),
            intake: makeIntake(journal),
            clock: SystemClock(),
            logger: Logger(label: "test")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Waits until the reader waits. Returns the time of its next attempt.
    private func idle() async throws -> Timestamp {
        await clock.untilSleeping()
        return try #require(clock.nextDeadline)
    }
}
