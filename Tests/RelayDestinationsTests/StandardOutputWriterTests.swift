import Foundation
import Glibc
import RelayCore
import RelayDestinations
import RelayTesting
import Testing

/// Lines on standard output: a reader that stalls or disappears only makes attempts fail.
@Suite(.limitedConcurrency)
struct StandardOutputWriterTests {
    private func line(_ number: Int, length: Int = 10) -> [UInt8] {
        Array(#"{"n":\#(number),"pad":"\#(String(repeating: "x", count: length))"}"#.utf8)
    }

    @Test func aStalledReaderFailsAttemptsAndGetsWholeLinesWhenItIsBack() async throws {
        let pipe = try TestPipe()
        let sink = SharedLineSinks(clock: SystemClock(), logger: quiet, standardOutput: pipe.writer).standardOutput
        // More than a pipe holds: its end waits, and others behind it are given up.
        for number in 1...3 {
            let failure = await #expect(throws: LineWriteError.self) {
                try await sink.write(line(number, length: 200_000), timeout: .milliseconds(50))
            }
            #expect(failure?.kind == .timeout)
        }
        // The reader continues.
        let reading = Task {
            var text = ""
            try await eventually("the fourth line", details: { text }) {
                text += pipe.available()
                return text.contains(#"{"n":4"#) && text.hasSuffix("\n")
            }
            return text
        }
        try await sink.write(line(4), timeout: .waitLimit)
        let lines = try await reading.value.split(separator: "\n").map { Array($0.utf8) }
        #expect(lines.last == line(4))
        let others = lines.dropLast()
        #expect(others.count <= 1, "what was given up before it began is not written")
        #expect(
            others.allSatisfy {
                [line(1, length: 200_000), line(2, length: 200_000), line(3, length: 200_000)].contains($0)
            })
    }

    @Test func aReaderThatHasGoneIsReported() async throws {
        let pipe = try TestPipe()
        pipe.closeReader()
        let sink = SharedLineSinks(clock: SystemClock(), logger: quiet, standardOutput: pipe.writer).standardOutput
        let failure = await #expect(throws: LineWriteError.self) {
            try await sink.write(line(1), timeout: .waitLimit)
        }
        #expect(failure?.kind == .reset)
        #expect(failure?.message.contains("nobody reads") == true)
    }

    @Test func aFullDiskBehindItIsReported() async throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(full >= 0)
        let sink = SharedLineSinks(clock: SystemClock(), logger: quiet, standardOutput: full).standardOutput
        let failure = await #expect(throws: LineWriteError.self) {
            try await sink.write(line(1), timeout: .waitLimit)
        }
        #expect(failure?.kind == .other)
        #expect(failure?.message.contains("No space left on device") == true)
    }
}
