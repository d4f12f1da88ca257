import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// The memory use of a large file that is uploaded to a bucket and downloaded again. Disabled unless `RELAY_MEASURE` is
/// set, like ``MemoryTests``.
@Suite(
    .limitedConcurrency,
    .enabled(if: ProcessInfo.processInfo.environment["RELAY_MEASURE"] != nil, "set RELAY_MEASURE to measure"))
struct S3MemoryTests {
    /// The peak memory use of the process so far.
    private func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber))) << 10
    }

    @Test func aHundredMegabytesGoAndComeInASmallBuffer() async throws {
        let directory = try TemporaryDirectory()
        let server = try await MotoServer.shared()
        let options = try server.options(try await server.makeBucket())
        let mediaStore = try await S3MediaStore.open(options, staging: directory.path, engine: server.engine)
        let draft = try StagedFile(in: mediaStore.stagingDirectory)
        for seed in 0..<100 { try draft.append(bytes(1 << 20, seed: UInt64(seed))) }
        let media = draft.media
        let before = try peak()
        try await mediaStore.deposit(file: draft.handOver(), as: media)
        var count = 0
        for try await chunk in try await mediaStore.open(media.id, bounds: { 0..<$0 }).chunks { count += chunk.count }
        let growth = try peak() - before
        print("100 MiB went to a bucket and came back, the peak of memory grew by \(growth >> 10) KiB")
        #expect(count == 100 << 20)
        #expect(growth < 16 << 20)
    }
}
