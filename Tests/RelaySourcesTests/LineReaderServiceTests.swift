import Foundation
import Glibc
import Logging
import RelayCore
import RelayFormats
import RelayTesting
import Testing

@testable import RelaySources

/// The transports `stdin` and `file`, with real pipes and files.
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
        #expect(journal.rejectedDocuments.documents.map(\.code) == [.malformed, .notAnEvent])
        #expect(!lines.all.contains { $0.contains("topsecret") })
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

    // MARK: - Files

    /// Runs the service on a file, and stops it after `body`.
    private func follow(
        _ path: String,
        position: String? = nil,
        _ body: () async throws -> Void
    ) async throws {
        let service = LineReaderService(
            FollowedFile(path: path, position: position.map { FileReadingPosition(path: $0) }, clock: clock),
            intake: makeIntake(journal, clock: clock),
            clock: clock,
            logger: Logger(label: "test")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Waits until the reader has read all available data. Returns the time of the next read.
    private func idle() async throws -> Timestamp {
        await clock.untilSleeping()
        return try #require(clock.nextDeadline)
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func append(_ text: String, to file: URL) throws {
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    @Test func aFileIsReadAndThenFollowed() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("events.ndjson")
            try Data("\(document(1))\n\(document(2))\n".utf8).write(to: file)
            try await follow(file.path) {
                var deadline = try await idle()
                #expect(accepted == ["1", "2"])
                #expect(deadline == clock.now + .milliseconds(500))

                try append(String(document(3).prefix(8)), to: file)
                clock.set(deadline)
                deadline = try await idle()
                #expect(accepted == ["1", "2"])

                try append("\(document(3).dropFirst(8))\n", to: file)
                clock.set(deadline)
                _ = try await idle()
                #expect(accepted == ["1", "2", "3"])
            }
        }
    }

    @Test func aRestartGoesOnWhereTheStoredLinesEnd() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("events.ndjson")
            let position = folder.appendingPathComponent("position").path
            let half = document(3).count / 2
            try Data("\(document(1))\n\(document(2))\n\(document(3).prefix(half))".utf8).write(to: file)
            try await follow(file.path, position: position) { _ = try await idle() }
            #expect(accepted == ["1", "2"])

            try append("\(document(3).dropFirst(half))\n", to: file)
            try await follow(file.path, position: position) { _ = try await idle() }
            #expect(accepted == ["1", "2", "3"], "nothing is read twice, and the unfinished line is read whole")

            try FileManager.default.removeItem(at: file)
            let other = folder.appendingPathComponent("other")
            try Data("\(document(4))\n".utf8).write(to: other)
            try FileManager.default.moveItem(at: other, to: file)
            try await follow(file.path, position: position) { _ = try await idle() }
            #expect(accepted == ["1", "2", "3", "4"], "another file of the name is read from its start")
        }
    }

    @Test func aRotatedFileIsReadToItsEndAndTheNewOneFollowed() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("events.ndjson")
            try Data("\(document(1))\n".utf8).write(to: file)
            try await follow(file.path) {
                var deadline = try await idle()
                try append(document(2), to: file)
                try FileManager.default.moveItem(at: file, to: folder.appendingPathComponent("events.1"))
                clock.set(deadline)
                deadline = try await idle()
                try Data("\(document(3))\n".utf8).write(to: file)
                clock.set(deadline)
                _ = try await idle()
                #expect(accepted == ["1", "2", "3"])
            }
        }
    }

    @Test func aFileThatIsCutIsReadFromItsBeginning() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("events.ndjson")
            try Data("\(document(1))\n\(document(2))\n".utf8).write(to: file)
            try await follow(file.path) {
                let deadline = try await idle()
                let handle = try FileHandle(forWritingTo: file)
                try handle.truncate(atOffset: 0)
                try handle.write(contentsOf: Data("\(document(3))\n".utf8))
                try handle.close()
                clock.set(deadline)
                _ = try await idle()
                #expect(accepted == ["1", "2", "3"])
            }
        }
    }

    @Test func aFileMayComeLater() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("later.ndjson")
            try await follow(file.path) {
                let deadline = try await idle()
                try Data("\(document(1))\n".utf8).write(to: file)
                clock.set(deadline)
                _ = try await idle()
                #expect(accepted == ["1"])
            }
        }
    }

    @Test func whatCannotBeReadIsTriedAgain() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("events.ndjson")
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            try await follow(file.path) {
                let deadline = try await idle()
                #expect(deadline == clock.now + .seconds(5))
                try FileManager.default.removeItem(at: file)
                try Data("\(document(1))\n".utf8).write(to: file)
                clock.set(deadline)
                _ = try await idle()
                #expect(accepted == ["1"])
            }
        }
    }
}
