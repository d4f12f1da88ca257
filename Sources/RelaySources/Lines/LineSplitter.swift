/// Splits a stream of bytes into lines. A line ends with `\n` or `\r\n`; blank lines are counted and skipped.
///
/// A byte order mark at the start of a line is dropped, as programs write it at the start of a file, and files are
/// joined. So are NUL bytes: a writer that keeps its position leaves them where a file was truncated.
struct LineSplitter {
    enum Line: Equatable {
        case document(number: Int, bytes: [UInt8])
        /// A line longer than the limit, whose bytes were discarded.
        case tooLong(number: Int)
    }

    /// The maximum length of a line, in bytes.
    let maximumLength: Int
    private var partial: [UInt8] = []
    private var isSkipping = false
    /// The number of complete lines.
    private(set) var number: Int
    /// The number of bytes since the end of the last line.
    private(set) var unfinished = 0

    /// - Parameter number: the number of lines before the stream.
    init(maximumLength: Int, after number: Int = 0) {
        self.maximumLength = maximumLength
        self.number = number
    }

    /// Appends bytes and returns the lines that they complete.
    mutating func append(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            if let line = finishLine() { lines.append(line) }
            rest = rest[(end + 1)...]
            unfinished = 0
        }
        unfinished += rest.count
        keep(rest)
        return lines
    }

    /// The last line when the stream ends without a line break; nil when there is none.
    var lastLine: Line? {
        var ended = self
        return partial.isEmpty && !isSkipping ? nil : ended.finishLine()
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        let bytes = partial.isEmpty ? bytes.drop { $0 == 0 } : bytes
        guard partial.count + bytes.count <= maximumLength else {
            partial = []
            isSkipping = true
            return
        }
        partial += bytes
    }

    private mutating func finishLine() -> Line? {
        number += 1
        defer {
            partial = []
            isSkipping = false
        }
        if isSkipping { return .tooLong(number: number) }
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        let line = ByteOrderMark.dropped(from: partial)
        let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return isBlank ? nil : .document(number: number, bytes: line)
    }
}
