import Testing

@testable import RelaySources

/// Which file continues which, without files.
struct FileContinuationPlanTests {
    /// A file of the directory, with its content.
    private struct File {
        var name: String
        var inode: UInt
        var content: String
        var modifiedAt: Int64 = 10
        var role = FoundFile.Role.rotated
    }

    private static func fingerprint(_ text: some StringProtocol) -> FileFingerprint {
        FileFingerprint(head: Array(text.utf8), tail: Array(text.utf8))
    }

    /// What is remembered of a file that was read up to the end of `text`.
    private func known(
        _ inode: UInt, _ text: String, _ state: FileProgress.State = .followed
    ) -> FileProgress {
        FileProgress(
            identity: FileIdentity(device: 1, inode: inode), offset: Int64(text.utf8.count), lines: text.count,
            fingerprint: Self.fingerprint(text), state: state)
    }

    private func plan(
        _ known: [FileProgress], _ files: [File], open: Set<Int> = [], since: Int64? = 0
    ) -> FileContinuationPlan {
        let contents = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) })
        let found = files.map { file in
            FoundFile(
                path: file.name, role: file.role, identity: FileIdentity(device: 1, inode: file.inode),
                size: Int64(file.content.utf8.count), modifiedAt: file.modifiedAt * 1_000_000,
                number: RotationName(base: "log").number(in: file.name))
        }
        return FileContinuationPlan(
            known: known, open: open, found: found, since: since,
            contents: FileContinuationPlan.Contents(
                continues: { found, known in
                    if known.offset == 0 { return found.identity == known.identity }
                    let text = contents[found.path] ?? ""
                    return Self.fingerprint(text.prefix(Int(known.offset))) == known.fingerprint
                },
                isBeginning: { copy, file in (contents[file.path] ?? "").hasPrefix(contents[copy.path] ?? "-") }
            )
        )
    }

    /// The plan as text: `NAME@OFFSET` for each file that is read, in order.
    private func read(_ plan: FileContinuationPlan, _ files: [File]) -> [String] {
        plan.steps.filter { $0.progress.state == .followed }.map { step in
            "\(step.found.map { files[$0].name } ?? "nothing")@\(step.progress.offset)"
        }
    }

    private func current(_ inode: UInt, _ content: String) -> File {
        File(name: "log", inode: inode, content: content, modifiedAt: 99, role: .current)
    }

    @Test func nothingHasHappened() {
        let files = [current(1, "abcdef")]
        #expect(read(plan([known(1, "abc")], files), files) == ["log@3"])
    }

    @Test func aRenamedFileComesBeforeTheNewOne() {
        let files = [current(2, "xy"), File(name: "other-name", inode: 1, content: "abcdef", role: .other)]
        #expect(read(plan([known(1, "abc")], files), files) == ["other-name@3", "log@0"])
    }

    @Test func aReusedInodeIsAnotherFile() {
        let files = [current(1, "uvwxyz"), File(name: "log.1", inode: 7, content: "abcdef")]
        #expect(read(plan([known(1, "abc")], files), files) == ["log.1@3", "log@0"])
    }

    @Test func unknownRotatedFilesComeInTheOrderOfTheirTimes() {
        let files = [
            current(9, "z"), File(name: "log.1", inode: 4, content: "4", modifiedAt: 40),
            File(name: "log.2", inode: 3, content: "3", modifiedAt: 30),
            File(name: "log.3", inode: 1, content: "abc", modifiedAt: 20),
        ]
        #expect(read(plan([known(1, "ab")], files), files) == ["log.3@2", "log.2@0", "log.1@0", "log@0"])
    }

    @Test func atTheSameTimeTheHigherNumberIsOlder() {
        let files = [
            current(9, "z"), File(name: "log.1", inode: 4, content: "4"), File(name: "log.10", inode: 3, content: "3"),
            File(name: "log.2", inode: 2, content: "2"),
        ]
        #expect(read(plan([], files), files) == ["log.10@0", "log.2@0", "log.1@0", "log@0"])
    }

    @Test func aCopyOfAFileThatIsStillThereIsReadBehindWhatIsKnown() {
        let files = [current(1, "abcdef"), File(name: "log.1", inode: 2, content: "abcde")]
        #expect(read(plan([known(1, "abc")], files), files) == ["log.1@3", "log@3"])
    }

    @Test func aCopyThatIsBeingWrittenIsLeftAlone() {
        let files = [current(1, "abcdef"), File(name: "log.1", inode: 2, content: "ab")]
        let plan = plan([known(1, "abcd")], files)
        #expect(read(plan, files) == ["log@4"])
        #expect(plan.steps.count == 1)
    }

    @Test func rotatedFilesAreLeftAloneAtTheFirstStartAndWhenTheyAreOlder() {
        let files = [
            current(1, "abc"), File(name: "log.1", inode: 2, content: "old", modifiedAt: 5),
            File(name: "log.2", inode: 3, content: "new", modifiedAt: 7),
        ]
        let first = plan([], files, since: nil)
        #expect(read(first, files) == ["log@0"])
        #expect(first.steps.count == 3, "they are remembered, to be recognized later")
        let later = plan([known(1, "abc")], files, since: 6)
        #expect(read(later, files) == ["log.2@0", "log@3"])
        #expect(later.steps.count == 2, "the older one is not even remembered")
    }

    @Test func aFinishedFileIsReadOnWhenItHasGrown() {
        let files = [
            current(9, "z"), File(name: "log.1", inode: 1, content: "abcd"),
            File(name: "log.2", inode: 2, content: "uv"),
        ]
        let known = [
            known(2, "uv", .finished(size: 2)), known(1, "abc", .finished(size: 3)), known(9, ""),
        ]
        #expect(read(plan(known, files), files) == ["log.1@3", "log@0"])
    }

    @Test func whatIsNotFoundIsLostOnceAndMayComeBack() {
        let gone = plan([known(1, "abc")], [current(2, "z")])
        #expect(gone.lost == [0])
        #expect(gone.steps.first?.progress.state == .lost)
        let files = [current(2, "z"), File(name: "log.1", inode: 5, content: "abcdef", modifiedAt: -1)]
        let back = plan([known(1, "abc", .lost), known(2, "z")], files)
        #expect(back.lost == [])
        #expect(read(back, files) == ["log.1@3", "log@1"])
    }

    /// An open file was truncated, and its copy has been read further than the file was.
    @Test func whatAnotherFileHasIsNotLost() {
        let files = [current(1, "z"), File(name: "log.1", inode: 5, content: "abcdef")]
        let plan = plan([known(5, "abcde"), known(1, "abc"), known(1, "")], files, open: [0, 2])
        #expect(plan.lost == [])
        #expect(read(plan, files) == ["log.1@5", "log@0"])
    }

    @Test func withoutReadBytesAnInodeUnderAForeignNameTellsNothing() {
        let files = [current(2, "z"), File(name: "passwords", inode: 1, content: "abc", role: .other)]
        let plan = plan([known(1, "")], files)
        #expect(read(plan, files) == ["log@0"])
        #expect(plan.lost == [])
    }

    @Test func theOldestFilesAreForgottenAndNotReadAgain() {
        let count = FileReadingState.maximumFiles + 3
        var files = (1...count).map { number in
            var file = known(UInt(number), "abc", .finished(size: 3))
            file.modifiedAt = Int64(number) * 10
            return file
        }
        files[1].state = .followed
        var state = FileReadingState(files: files, since: 5)
        state.limit()
        #expect(state.files.count == FileReadingState.maximumFiles)
        #expect(state.files.first?.state == .followed, "what is followed is kept")
        #expect(state.files[1].identity.inode == 5)
        #expect(state.since == 41)
    }

    @Test(arguments: [
        ("log.1", true), ("log.0", true), ("log-20260131", true), ("log.2026-01-31", true),
        ("log-20260131-1700000000", true),
        ("log.old", true), ("log", false), ("log.1.gz", false), ("log.bak", false), ("log2", false),
        ("logger.1", false),
        ("log.swp", false), (".log.swp", false), ("log.", false), ("log-", false),
    ])
    func namesOfRotatedFiles(_ name: String, _ isOne: Bool) {
        #expect(RotationName(base: "log").matches(name) == isOne)
    }

    @Test(arguments: [
        ("app.1.log", true), ("app-20260131.log", true), ("app-2026-01-31T10-00-00.000.log", true), ("app.log.3", true),
        ("app.log", false), ("app-error.log", false), ("app2.log", false), ("app.log.1.xz", false),
    ])
    func namesOfRotatedFilesWithAnExtension(_ name: String, _ isOne: Bool) {
        let rotation = RotationName(base: "app.log")
        #expect(rotation.matches(name) == isOne)
        #expect(rotation.matchesCompressed(name) == (name == "app.log.1.xz"))
    }
}
