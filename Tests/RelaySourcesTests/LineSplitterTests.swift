import Testing

@testable import RelaySources

struct LineSplitterTests {
    private func lines(_ chunks: [String], limit: Int = 100) -> [LineSplitter.Line] {
        var splitter = LineSplitter(maximumLength: limit)
        var lines = chunks.flatMap { splitter.append(Array($0.utf8)) }
        if let last = splitter.finish() { lines.append(last) }
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

    @Test func aNewStreamBeginsWithLineOne() {
        var splitter = LineSplitter(maximumLength: 10)
        _ = splitter.append(Array("a\nb\nhalf".utf8))
        splitter.restart()
        #expect(splitter.append(Array("c\n".utf8)) == [line(1, "c")])
    }
}
