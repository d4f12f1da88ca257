/// Splits a stream of bytes into lines. A line ends with `\n` or `\r\n`; blank lines are counted and skipped.
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
    private var number = 0
    /// The number of bytes since the end of the last line.
    private(set) var unfinished = 0

    init(maximumLength: Int) {
        self.maximumLength = maximumLength
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

    /// Returns the last line when the stream ends without a line break; nil when there is none.
    mutating func finish() -> Line? {
        partial.isEmpty && !isSkipping ? nil : finishLine()
    }

    /// Starts again with line 1, for another stream.
    mutating func restart() {
        self = LineSplitter(maximumLength: maximumLength)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
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
        let isBlank = partial.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return isBlank ? nil : .document(number: number, bytes: partial)
    }
}
