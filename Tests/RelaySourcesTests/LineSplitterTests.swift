import Testing

@testable import RelaySources

struct LineSplitterTests {
    private func lines(_ chunks: [String], limit: Int = 100) -> [LineSplitter.Line] {
        var splitter = LineSplitter(maximumLength: limit)
        var lines = chunks.flatMap { splitter.append(Array($0.utf8)) }
        if let last = splitter.lastLine { lines.append(last) }
        return lines
    }

    private func line(_ number: Int, _ text: String) -> LineSplitter.Line {
        .document(number: number, bytes: Array(text.utf8))
    }

    @Test func everyCutGivesTheSameLines() {
        let text = "one\n\n  \t\r\ntwo\r\nthree"
        let expected = [line(1, "one"), line(4, "two"), line(5, "three")]
        for cut in 0...text.utf8.count {
            let bytes = Array(text.utf8)
            let chunks = [bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) }
            #expect(lines(chunks) == expected)
        }
    }

    @Test func aLineThatIsTooLongIsPassedOver() {
        #expect(lines(["abc", "def\nok\n"], limit: 5) == [.tooLong(number: 1), line(2, "ok")])
        #expect(lines(["12345\n123456"], limit: 5) == [line(1, "12345"), .tooLong(number: 2)])
    }

    @Test func aStreamThatGoesOnGoesOnCounting() {
        var splitter = LineSplitter(maximumLength: 10, after: 41)
        #expect(splitter.append(Array("a\nhalf".utf8)) == [line(42, "a")])
        #expect(splitter.number == 42)
        #expect(splitter.unfinished == 4)
        #expect(splitter.lastLine == line(43, "half"))
        #expect(splitter.append(Array("way\n".utf8)) == [line(43, "halfway")], "looking at the end changes nothing")
    }

    @Test func byteOrderMarksAreNoPartOfALine() {
        #expect(
            lines(["\u{FEFF}one\n", "\u{FEFF}two\r\n\u{FEFF}\n\u{FEFF}three"]) == [
                line(1, "one"), line(2, "two"), line(4, "three"),
            ])
    }

    /// A writer that does not append leaves a hole where its file was truncated.
    @Test func theHoleOfATruncatedFileIsNoPartOfALine() {
        let hole = String(repeating: "\0", count: 300)
        #expect(lines([hole, hole + "one\ntwo\n"]) == [line(1, "one"), line(2, "two")])
    }
}
