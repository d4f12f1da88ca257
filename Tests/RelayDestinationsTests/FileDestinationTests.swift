import Foundation
import Glibc
import RelayCore
import RelayDestinations
import RelayTesting
import Testing

/// Lines in files are complete, synced to disk, and in the right file in every situation.
@Suite(.limitedConcurrency)
struct FileDestinationTests {
    private let folder: TemporaryDirectory
    private let clock = ManualClock()
    private let sinks: SharedLineSinks

    init() throws {
        folder = try TemporaryDirectory()
        sinks = SharedLineSinks(clock: clock, logger: quiet)
    }

    private func sink(_ rotation: LineFileRotationPolicy = LineFileRotationPolicy()) -> any LineOutput {
        sinks.file(folder.path("events.ndjson"), rotation: rotation)
    }

    private func write(_ text: String, to sink: any LineOutput) async throws {
        try await sink.write(Array(text.utf8), timeout: .seconds(10))
    }

    private func failure(of sink: any LineOutput) async -> LineWriteError? {
        await #expect(throws: LineWriteError.self) { try await write("{}", to: sink) }
    }

    @Test func manyAtOnceAreWholeLinesEachOnce() async throws {
        let sink = sink()
        try await withThrowingTaskGroup { group in
            for number in 0..<500 {
                let pad = String(repeating: "x", count: number * 7)
                group.addTask { try await write(#"{"n":\#(number),"pad":"\#(pad)"}"#, to: sink) }
            }
            try await group.waitForAll()
        }
        let numbers = try folder.lines("events.ndjson").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["n"] as? Int
        }
        #expect(Set(numbers) == Set(0..<500))
        #expect(numbers.count == 500)
    }

    @Test func theFileAndItsFoldersAreForTheirOwnerAlone() async throws {
        let sink = sinks.file(folder.path("a/b/events.ndjson"), rotation: LineFileRotationPolicy())
        #expect(folder.names.isEmpty, "nothing is made before the first line")
        try await write("{}", to: sink)
        func mode(_ name: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions] as? Int
        }
        #expect(try mode("a/b/events.ndjson") == 0o600)
        #expect(try mode("a") == 0o700)
    }

    @Test(arguments: [
        // A line truncated by a crash was never reported as delivered, so it is delivered again.
        ("{\"n\":1}\n{\"n\":2,\"te", "{\"n\":1}\n{}\n"),
        ("{\"n", "{}\n"),
        // Only the line break is missing, or an editor removed it.
        ("{\"n\":1}\n{\"n\":2}", "{\"n\":1}\n{\"n\":2}\n{}\n"),
        ("{\"n\":1}\n", "{\"n\":1}\n{}\n"),
        ("", "{}\n"),
    ])
    func aTornEndIsMended(before: String, after: String) async throws {
        try folder.write(before, to: "events.ndjson")
        try await write("{}", to: sink())
        #expect(try folder.text("events.ndjson") == after)
    }

    @Test func aTornLineThatIsLongIsMendedToo() async throws {
        try folder.write("{\"n\":1}\n{\"text\":\"" + String(repeating: "é", count: 300_000), to: "events.ndjson")
        try await write("{}", to: sink())
        #expect(try folder.text("events.ndjson") == "{\"n\":1}\n{}\n")
    }

    @Test(arguments: ["SQLite format 3\u{0}", "version: 1\nserver:"])
    func aFileOfSomethingElseIsNotTouched(content: String) async throws {
        try folder.write(content, to: "events.ndjson")
        let failure = await failure(of: sink())
        #expect(failure?.kind == .other)
        #expect(failure?.message.contains("choose another path") == true, "\(failure?.message ?? "")")
        #expect(try folder.text("events.ndjson") == content)
    }

    @Test func whatCannotBeOpenedIsReportedAndGoesOnByItself() async throws {
        try folder.write("", to: "file")
        let sink = sinks.file(folder.path("file/events.ndjson"), rotation: LineFileRotationPolicy())
        let failure = await failure(of: sink)
        #expect(failure?.message.contains("file/events.ndjson") == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("Not a directory") == true, "\(failure?.message ?? "")")
        unlink(folder.path("file"))
        try await write("{}", to: sink)
        #expect(try folder.text("file/events.ndjson") == "{}\n")
    }

    // MARK: Rotation

    @Test func aFullFileIsPutAsideAndTheOldestGo() async throws {
        let sink = sink(LineFileRotationPolicy(maxSize: 20, keep: 2))
        for number in 1...9 { try await write("{\"n\":\(number)}", to: sink) }
        #expect(folder.names == ["events.ndjson", "events.ndjson.1", "events.ndjson.2"])
        #expect(try folder.lines("events.ndjson") == ["{\"n\":9}"])
        #expect(try folder.lines("events.ndjson.1") == ["{\"n\":7}", "{\"n\":8}"])
        #expect(try folder.lines("events.ndjson.2") == ["{\"n\":5}", "{\"n\":6}"])
    }

    @Test func aLineLongerThanAFileHasOneOfItsOwn() async throws {
        let sink = sink(LineFileRotationPolicy(maxSize: 10))
        for text in ["{\"n\":1}", "{\"text\":\"long\"}", "{\"n\":2}"] { try await write(text, to: sink) }
        #expect(try folder.lines("events.ndjson.1") == ["{\"text\":\"long\"}"])
        #expect(try folder.lines("events.ndjson") == ["{\"n\":2}"])
    }

    @Test func aDayBeginsAFileWhereThatIsWanted() async throws {
        let sink = sink(LineFileRotationPolicy(daily: true))
        try await write("{\"n\":1}", to: sink)
        clock.stepWall(by: .seconds(13 * 3600))
        try await write("{\"n\":2}", to: sink)
        #expect(folder.names == ["events.ndjson"], "23:30 of the same day")
        clock.stepWall(by: .seconds(14 * 3600))
        try await write("{\"n\":3}", to: sink)
        try await write("{\"n\":4}", to: sink)
        #expect(try folder.lines("events.ndjson.1") == ["{\"n\":1}", "{\"n\":2}"])
        #expect(try folder.lines("events.ndjson") == ["{\"n\":3}", "{\"n\":4}"])
    }

    /// The old configuration's work continues during a reload: both generations write to the same file, never to a
    /// rotated one.
    @Test func generationsShareAFileAndItsRotation() async throws {
        let old = sink(LineFileRotationPolicy(maxSize: 1 << 20))
        try await write("{\"n\":0}", to: old)
        let new = sink(LineFileRotationPolicy(maxSize: 200, keep: 1000))
        try await withThrowingTaskGroup { group in
            for number in 1...400 {
                group.addTask { try await write("{\"n\":\(number)}", to: number.isMultiple(of: 2) ? old : new) }
            }
            try await group.waitForAll()
        }
        let lines = try folder.names.flatMap { try folder.lines($0) }
        #expect(Set(lines) == Set((0...400).map { "{\"n\":\($0)}" }))
        #expect(lines.count == 401)
        #expect(folder.names.count > 10, "the new rotation holds for both")
        for name in folder.names { #expect(try folder.text(name).utf8.count <= 200) }
    }

    @Test func aFileThatSomebodyMovedOrDeletedIsMadeAnew() async throws {
        let sink = sink()
        try await write("{\"n\":1}", to: sink)
        rename(folder.path("events.ndjson"), folder.path("moved"))
        try await write("{\"n\":2}", to: sink)
        #expect(try folder.text("moved") == "{\"n\":1}\n")
        unlink(folder.path("events.ndjson"))
        try await write("{\"n\":3}", to: sink)
        #expect(try folder.text("events.ndjson") == "{\"n\":3}\n")
    }

    @Test func anotherWriterOfTheFileIsReported() async throws {
        let sink = sink()
        try await write("{\"n\":1}", to: sink)
        let other = SharedLineSinks(clock: clock, logger: quiet)
        let failure = await failure(of: other.file(folder.path("events.ndjson"), rotation: LineFileRotationPolicy()))
        #expect(failure?.message.contains("another process") == true, "\(failure?.message ?? "")")
        #expect(try folder.text("events.ndjson") == "{\"n\":1}\n")
    }

    /// Closing a descriptor twice could close another file that has the same descriptor the second time.
    @Test func whatCannotBeUsedIsClosedOnce() async throws {
        try folder.write("no JSON", to: "other")
        let held = sink()
        try await write("{\"n\":0}", to: held)
        for number in 1...50 {
            let other = sinks.file(folder.path("other"), rotation: LineFileRotationPolicy())
            async let failed = failure(of: other)
            try await write("{\"n\":\(number)}", to: held)
            #expect(await failed != nil)
        }
        #expect(try folder.lines("events.ndjson") == (0...50).map { "{\"n\":\($0)}" })
    }

    @Test func bodiesWithLineBreaksAreOneLine() async throws {
        let destination = LineOutputDestination(
            sink(), target: "events.ndjson", timeout: .seconds(10), settings: DestinationDispatchSettings(),
            clock: clock)
        let result = await destination.send(claimed(body: "{\r\n\"a\": 1\n}"), at: moment)
        #expect(result.isDelivered)
        #expect(try folder.text("events.ndjson") == "{  \"a\": 1 }\n")
    }
}
