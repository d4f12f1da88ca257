import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelaySources

/// The transport `file` while it runs, with real files.
struct FollowedFileTests {
    private let fixture: FollowedFileFixture

    init() throws { fixture = try FollowedFileFixture() }

    private func document(_ id: Int) -> String { FollowedFileFixture.document(id) }

    @Test func aFileIsReadAndThenFollowed() async throws {
        try fixture.append(1...2)
        try await fixture.run {
            #expect(fixture.accepted == ["1", "2"])
            #expect(try await fixture.idle() == fixture.clock.now + .milliseconds(500))

            try fixture.append(String(document(3).prefix(8)))
            try await fixture.look()
            #expect(fixture.accepted == ["1", "2"])

            try fixture.append("\(document(3).dropFirst(8))\n")
            try await fixture.look()
            #expect(fixture.accepted == ["1", "2", "3"])
        }
    }

    @Test func aRenamedFileIsFollowedBesideTheNewOne() async throws {
        try fixture.append(1...1)
        try await fixture.run {
            try fixture.append(2...2)
            try fixture.rename("events.ndjson", to: "events.ndjson.1")
            try await fixture.look()
            try fixture.append(4...4)
            try await fixture.look()
            #expect(fixture.accepted == ["1", "2", "4"])
            // The writer has not opened the new file yet.
            try fixture.append(3...3, to: fixture.url("events.ndjson.1"))
            try await fixture.look()
            #expect(fixture.accepted == ["1", "2", "4", "3"])
            try await fixture.pass(.seconds(55))
            try fixture.append(document(5), to: fixture.url("events.ndjson.1"))
            try await fixture.pass(.seconds(55))
            #expect(fixture.accepted == ["1", "2", "4", "3"], "the line may not be complete")
            try await fixture.pass(.seconds(10))
            #expect(fixture.accepted == ["1", "2", "4", "3", "5"], "nothing has been appended for a minute")
            try fixture.append("\n" + document(6) + "\n", to: fixture.url("events.ndjson.1"))
            try await fixture.pass(.seconds(61))
            #expect(fixture.distinct == ["1", "2", "4", "3", "5", "6"], "it is looked at again every minute")
        }
        #expect(fixture.warnings == [])
    }

    @Test func aDeletedFileIsReadToItsEnd() async throws {
        try fixture.append(1...1)
        try await fixture.run {
            try fixture.append(2...2)
            try FileManager.default.removeItem(at: fixture.file)
            try await fixture.look()
            try fixture.append(3...3)
            try await fixture.look()
        }
        #expect(fixture.accepted == ["1", "2", "3"])
        #expect(fixture.warnings == [])
    }

    /// The file is renamed twice between two looks.
    @Test func aFileThatCameAndWentBetweenTwoLooksIsRead() async throws {
        try fixture.append(1...1)
        try await fixture.run {
            try fixture.rename("events.ndjson", to: "events.ndjson.2")
            try fixture.append(2...3)
            try fixture.rename("events.ndjson", to: "events.ndjson.1")
            try fixture.append(4...4)
            try await fixture.look()
            #expect(fixture.accepted == ["1", "2", "3", "4"])
        }
    }

    @Test func aFileThatIsCutIsReadFromItsBeginning() async throws {
        try fixture.append(1...2)
        try await fixture.run {
            try fixture.truncate()
            try fixture.append(3...3)
            try await fixture.look()
            #expect(fixture.accepted == ["1", "2", "3"])
            #expect(fixture.warnings.count == 1, "lines may have been lost: \(fixture.warnings)")
        }
    }

    /// A size below the offset would not tell it.
    @Test func aFileThatIsCutAndGrownBeyondTheOffsetIsReadFromItsBeginning() async throws {
        try fixture.append(1...2)
        try await fixture.run {
            try fixture.truncate()
            try fixture.append(3...9)
            try await fixture.look()
            #expect(fixture.accepted == (1...9).map(String.init))
        }
    }

    @Test func whatACopyHasOfATruncatedFileIsReadThere() async throws {
        try fixture.append(1...2)
        try await fixture.run {
            try fixture.append(3...4)
            try fixture.append(String(document(5).prefix(9)))
            try await fixture.look()
            try fixture.append("\(document(5).dropFirst(9))\n")
            try fixture.append(6...6)
            try fixture.copyAndTruncate(to: "events.ndjson.1")
            try fixture.append(7...7)
            try await fixture.look()
            #expect(fixture.accepted == (1...7).map(String.init), "nothing twice, and the incomplete line once")
        }
        #expect(fixture.warnings == [])
    }

    /// The file looks as before: nothing of it was read.
    @Test func aCopyOfAFileThatWasTruncatedUnreadIsRead() async throws {
        try fixture.append("")
        try await fixture.run {
            try fixture.append(1...2)
            try fixture.copyAndTruncate(to: "events.ndjson.1")
            try fixture.append(3...3)
            try await fixture.pass(.seconds(6))
            #expect(fixture.distinct.sorted() == ["1", "2", "3"])
        }
    }

    @Test func aFileMayComeLater() async throws {
        try await fixture.run {
            try fixture.append(1...1)
            try await fixture.look()
            #expect(fixture.accepted == ["1"])
        }
    }

    @Test func whatCannotBeReadIsTriedAgain() async throws {
        try FileManager.default.createDirectory(at: fixture.file, withIntermediateDirectories: true)
        try await fixture.run {
            #expect(try await fixture.idle() == fixture.clock.now + .seconds(5))
            try FileManager.default.removeItem(at: fixture.file)
            try fixture.append(1...1)
            try await fixture.look()
            #expect(fixture.accepted == ["1"])
        }
    }

    @Test func rotatedFilesFromBeforeTheFirstStartAreNotRead() async throws {
        try fixture.append(1...2, to: fixture.url("events.ndjson.1"))
        try fixture.append(3...3)
        try await fixture.run { try await fixture.pass(.seconds(120)) }
        try await fixture.run()
        #expect(fixture.accepted == ["3"])
    }

    @Test func moreFilesThanAreOpenAtOnceAreAllRead() async throws {
        try fixture.append(1...1)
        try await fixture.run {
            for number in 2...60 {
                try fixture.rename("events.ndjson", to: "events.ndjson-2026013\(number + 100)")
                try fixture.append(number...number)
            }
            try await fixture.look()
            #expect(Set(fixture.accepted) == Set((1...60).map(String.init)))
        }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            return target?.hasPrefix(fixture.folder.path) == true
        }
        #expect(open == [])
    }

    /// More than are remembered.
    @Test func nothingIsReadAgainHoweverManyRotatedFilesThereAre() async throws {
        let count = FileReadingState.maximumFiles + 20
        try fixture.append(0...0)
        try await fixture.run()
        for number in 1...count {
            try fixture.rename("events.ndjson", to: "events.ndjson-\(10_000 + number)")
            try fixture.append(number...number)
        }
        try await fixture.run()
        try await fixture.run { try await fixture.pass(.seconds(61)) }
        #expect(fixture.accepted.count == count + 1)
        #expect(Set(fixture.accepted) == Set((0...count).map(String.init)))
    }

    @Test func aByteOrderMarkDoesNotCostTheFirstDocumentOfAnyFile() async throws {
        try fixture.append("\u{FEFF}" + document(1) + "\n")
        try await fixture.run {
            try fixture.rename("events.ndjson", to: "events.ndjson.1")
            try fixture.append("\u{FEFF}" + document(2) + "\n")
            try await fixture.look()
        }
        #expect(fixture.accepted == ["1", "2"])
        #expect(fixture.warnings == [])
    }

    /// Line numbers are those of the file, also after a restart in its middle.
    @Test func aLineThatCannotBeReadIsNamedWithItsFileAndNumber() async throws {
        try fixture.append("\(document(1))\n\nnonsense\n")
        try await fixture.run()
        try fixture.append("\(document(2))\n{}\n")
        try await fixture.run {
            try fixture.append("{\n")
            try await fixture.look()
        }
        let path = fixture.file.path
        for number in [3, 5, 6] {
            let said = fixture.warnings.filter {
                $0.contains("\"line\": \(number),") || $0.contains("\"line\": \(number)]")
            }
            #expect(said.count == 1 && said[0].contains(path), "line \(number): \(fixture.warnings)")
        }
        #expect(fixture.warnings.count == 3)
        #expect(
            fixture.journal.rejectedDocuments.documents.map { $0.reason.split(separator: ":")[0] } == [
                "\(path), line 3", "\(path), line 5", "\(path), line 6",
            ])
    }
}
