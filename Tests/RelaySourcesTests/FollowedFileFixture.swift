import Foundation
import Logging
import RelayCore
import RelayTesting
import Testing

@testable import RelaySources

/// A folder with a file that a ``LineReaderService`` follows, and the journal into which it goes.
final class FollowedFileFixture: Sendable {
    let journal = MemoryJournal()
    let clock: ManualClock
    let folder: URL
    let log: RecordingLog.Lines
    private let logger: Logger

    /// - Parameter now: the wall clock; by default long before the times of the files, so that these tell nothing.
    init(now: Timestamp = Timestamp(seconds: 1_763_029_800)) throws {
        clock = ManualClock(now: now)
        (logger, log) = RecordingLog.make()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("relay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var file: URL { url("events.ndjson") }
    /// The ids of the new events, in the order in which they were accepted.
    var accepted: [String] { journal.events.compactMap(\.dedupKey) }
    /// The same, each once.
    var distinct: [String] {
        accepted.reduce(into: []) { ids, id in if !ids.contains(id) { ids.append(id) } }
    }
    var warnings: [String] { log.all.filter { $0.hasPrefix("warning") || $0.hasPrefix("error") } }

    func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

    static func document(_ id: Int) -> String { #"{"id": "\#(id)", "session": "demo"}"# }

    /// The lines of documents.
    static func lines(_ ids: ClosedRange<Int>) -> String { ids.map { document($0) + "\n" }.joined() }

    /// Appends text to a file, which is created when it is missing.
    func append(_ text: String, to file: URL? = nil) throws {
        let file = file ?? self.file
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    func append(_ ids: ClosedRange<Int>, to file: URL? = nil) throws { try append(Self.lines(ids), to: file) }

    func rename(_ name: String, to other: String) throws {
        try? FileManager.default.removeItem(at: url(other))
        try FileManager.default.moveItem(at: url(name), to: url(other))
    }

    /// What `copytruncate` does.
    func copyAndTruncate(to other: String) throws {
        try FileManager.default.copyItem(at: file, to: url(other))
        try truncate()
    }

    func truncate() throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 0)
        try handle.close()
    }

    /// Runs the service, from its start to its end, as a process of the relay does.
    func run(position: String? = "position", _ body: () async throws -> Void = {}) async throws {
        let service = LineReaderService(
            FollowedFile(
                path: file.path,
                position: position.map { FileReadingPosition(path: url($0).path) },
                clock: clock,
                logger: logger
            ),
            intake: makeIntake(journal, clock: clock),
            clock: clock,
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            _ = try await idle()
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Waits until the reader has read all available data. Returns the time of the next read.
    @discardableResult
    func idle() async throws -> Timestamp {
        await clock.untilSleeping()
        return try #require(clock.nextDeadline)
    }

    /// Lets the reader look again, until it has read all.
    func look() async throws {
        clock.set(try await idle())
        _ = try await idle()
    }

    /// Lets time pass, with a look at each of the reader's times.
    func pass(_ duration: Duration) async throws {
        let end = clock.now + duration
        while clock.now < end { try await look() }
    }
}
