import Foundation
import Glibc
import RelayCore
import RelayTesting
import Testing

@testable import RelaySources

/// What happens to a followed file while the relay is down.
struct FileRotationTests {
    private let fixture: FollowedFileFixture

    init() throws { fixture = try FollowedFileFixture() }

    private func document(_ id: Int) -> String { FollowedFileFixture.document(id) }

    private func setTime(of name: String, to seconds: Int) {
        let times = [timespec](repeating: timespec(tv_sec: seconds, tv_nsec: 0), count: 2)
        utimensat(AT_FDCWD, fixture.url(name).path, times, 0)
    }

    @Test func aRestartGoesOnWhereTheStoredLinesEnd() async throws {
        let half = document(3).count / 2
        try fixture.append(1...2)
        try fixture.append(String(document(3).prefix(half)))
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2"])

        try fixture.append("\(document(3).dropFirst(half))\n")
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2", "3"], "nothing is read twice, and the unfinished line is read whole")
    }

    @Test func theUnreadEndOfARenamedFileIsReadFirst() async throws {
        try fixture.append(1...2)
        try await fixture.run()
        try fixture.append(3...4)
        try fixture.rename("events.ndjson", to: "events.ndjson-20260131")
        try fixture.append(5...6)
        try await fixture.run()
        #expect(fixture.accepted == (1...6).map(String.init))
    }

    @Test func severalRotationsAreReadInTheirOrder() async throws {
        try fixture.append(1...2)
        try await fixture.run()
        try fixture.append(3...3)
        for number in stride(from: 4, through: 12, by: 2) {
            for older in stride(from: 8, through: 1, by: -1) {
                try? fixture.rename("events.ndjson.\(older)", to: "events.ndjson.\(older + 1)")
            }
            try fixture.rename("events.ndjson", to: "events.ndjson.1")
            try fixture.append(number...(number + 1))
        }
        try await fixture.run()
        #expect(fixture.accepted == (1...13).map(String.init))
        try await fixture.run()
        #expect(fixture.accepted.count == 13, "nothing is read again")
        #expect(fixture.warnings == [])
    }

    @Test func severalCopiesOfATruncatedFileAreReadInTheirOrder() async throws {
        try fixture.append(1...2)
        try await fixture.run()
        try fixture.append(3...3)
        try fixture.copyAndTruncate(to: "events.ndjson.2")
        try fixture.append(4...9)
        try fixture.copyAndTruncate(to: "events.ndjson.1")
        try fixture.append(10...20)
        try await fixture.run()
        #expect(fixture.accepted == (1...20).map(String.init))
        #expect(fixture.warnings == [])
    }

    /// The system gives the inode of a deleted file to the next one.
    @Test func anotherFileUnderTheSameInodeIsReadFromItsBeginning() async throws {
        try fixture.append(1...2)
        try await fixture.run()
        // The same inode for certain: the same file, with other contents.
        try fixture.truncate()
        try fixture.append(3...9)
        try await fixture.run()
        #expect(fixture.accepted == (1...9).map(String.init))
    }

    /// The renamed file was removed later, and its inode is that of the new one.
    @Test func aCopyUnderAnotherInodeIsRecognized() async throws {
        try fixture.append(1...2)
        try await fixture.run()
        try fixture.append(3...3)
        try FileManager.default.copyItem(at: fixture.file, to: fixture.url("saved"))
        try fixture.truncate()
        try fixture.append(4...8)
        try await fixture.run()
        #expect(fixture.accepted == (1...8).map(String.init), "in a file of any name")
    }

    @Test func anEmptyFileThatWasFilledAndRenamedIsRead() async throws {
        try fixture.append("")
        try await fixture.run()
        try fixture.append(1...2)
        try fixture.rename("events.ndjson", to: "events.ndjson.1")
        try fixture.append(3...3)
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2", "3"])
    }

    @Test func aCopyThatIsBeingWrittenIsNotReadAgain() async throws {
        try fixture.append(1...50)
        try await fixture.run {
            // `copytruncate` is in the middle of its copy.
            try fixture.append(1...20, to: fixture.url("events.ndjson.1"))
            try await fixture.pass(.seconds(61))
            try fixture.append(21...50, to: fixture.url("events.ndjson.1"))
            try fixture.append(51...52)
            try fixture.append(51...51, to: fixture.url("events.ndjson.1"))
            try await fixture.look()
            try fixture.truncate()
            try fixture.append(53...53)
            try await fixture.pass(.seconds(61))
        }
        #expect(fixture.distinct == (1...53).map(String.init))
        #expect(fixture.accepted.count <= 54, "\(fixture.accepted)")
    }

    /// Rotated to a compressed file, which is not read.
    @Test func aCompressedFileIsNamed() async throws {
        try fixture.append(1...2)
        try await fixture.run()
        try fixture.append(3...3)
        // Another content, as a compressed file has; written after the last reading.
        try fixture.append("compressed", to: fixture.url("events.ndjson.1.gz"))
        setTime(of: "events.ndjson.1.gz", to: time(nil) + 60)
        try FileManager.default.removeItem(at: fixture.file)
        try fixture.append(4...4)
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2", "4"])
        #expect(fixture.warnings.count == 2)
        #expect(fixture.warnings.allSatisfy { $0.contains("events.ndjson.1.gz") }, "\(fixture.warnings)")
        // Unpacked, it is read as far as it is new.
        try fixture.append(1...3, to: fixture.url("events.ndjson.1"))
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2", "4", "3"])
    }

    /// Releases before stored `DEVICE INODE OFFSET`.
    @Test func thePositionOfAnOlderReleaseIsRead() async throws {
        let old = fixture.url("events.ndjson.1")
        try fixture.append(1...2, to: old)
        try fixture.append(3...4)
        let identity = try #require(SourceFile.identity(path: fixture.file.path))
        let offset = FollowedFileFixture.lines(3...3).utf8.count
        try Data("\(identity.device) \(identity.inode) \(offset)\n".utf8).write(to: fixture.url("position"))
        // The rotated file was read before the position was stored.
        setTime(of: "events.ndjson.1", to: 1_700_000_000)
        try fixture.append("nonsense\n")
        try await fixture.run()
        #expect(fixture.accepted == ["4"])
        #expect(fixture.warnings.count == 1)
        #expect(fixture.warnings[0].contains("\"line\": 3"), "the lines before the offset are counted")
        try fixture.rename("events.ndjson", to: "events.ndjson.0")
        try fixture.append(5...5)
        try await fixture.run()
        #expect(fixture.accepted == ["4", "5"])
    }

    @Test func aPositionThatIsNoPositionIsReportedAndReplaced() async throws {
        try Data("nonsense\n".utf8).write(to: fixture.url("position"))
        try fixture.append(1...1)
        try await fixture.run()
        #expect(fixture.accepted == ["1"])
        #expect(fixture.warnings.count == 1)
        try await fixture.run()
        #expect(fixture.accepted == ["1"])
        #expect(fixture.warnings.count == 1)
    }

    /// As cronolog and rotatelogs do it: the path is a link to the file of the day.
    @Test func aLinkThatLeadsToAnotherFileIsFollowed() async throws {
        let days = fixture.url("days")
        try FileManager.default.createDirectory(at: days, withIntermediateDirectories: true)
        func link(to day: String) throws {
            try? FileManager.default.removeItem(at: fixture.file)
            try FileManager.default.createSymbolicLink(
                atPath: fixture.file.path, withDestinationPath: "days/\(day)")
        }
        let (monday, tuesday) = (days.appendingPathComponent("monday"), days.appendingPathComponent("tuesday"))
        try fixture.append(1...2, to: monday)
        try link(to: "monday")
        try await fixture.run()
        try fixture.append(3...3, to: monday)
        try fixture.append(4...4, to: tuesday)
        try link(to: "tuesday")
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2", "3", "4"])
        #expect(fixture.warnings == [])
    }

    /// A line of several chunks, and files with other endings.
    @Test func aLongLineIsReadOnceItIsComplete() async throws {
        let long = #"{"id": "1", "session": "demo", "pad": "\#(String(repeating: "x", count: 900_000))"}"#
        try fixture.append(String(long.prefix(700_000)))
        try await fixture.run()
        try fixture.append(long.dropFirst(700_000) + "\n")
        try fixture.rename("events.ndjson", to: "events.ndjson.1")
        try fixture.append(2...2)
        try await fixture.run()
        #expect(fixture.accepted == ["1", "2"])
    }
}
