/// The header section of a response, parsed line by line.
struct ResponseHeadParser {
    /// All bytes, including interim responses and trailers.
    private(set) var bytes = 0
    /// The status of the latest status line; 0 before the first.
    private(set) var status = 0
    /// Whether the blank line after a final status has arrived.
    private(set) var isComplete = false

    private var kept: [UInt8] = []
    private var expectsStatus = true

    static let maximumBytes = 64 * 1024
    /// RFC 9110, 15: what is above is not a status.
    static let highestStatus = 599
    static let keptBytes = 16 * 1024

    mutating func reset() {
        let memory = kept
        self = ResponseHeadParser()
        kept = memory
        kept.removeAll(keepingCapacity: true)
    }

    /// Adds one line, including its line end.
    ///
    /// - Returns: false when the header exceeds its limit.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        bytes += line.count
        guard bytes <= Self.maximumBytes else { return false }
        if isComplete { return true }  // Trailers are counted but not kept.
        if expectsStatus {
            expectsStatus = false
            status = Self.status(in: line)
            kept.removeAll(keepingCapacity: true)
        } else if line.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            isComplete = status >= 200
            expectsStatus = !isComplete
        } else if kept.count + line.count <= Self.keptBytes {
            kept.append(contentsOf: line)
        }
        return true
    }

    /// The kept fields; names in lower case, values without surrounding white space.
    func fields() -> [(name: String, value: String)] {
        kept.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
            let name = line[..<colon].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            let value = line[(colon + 1)...].drop(while: Self.isSpace)
            let end = value.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? value.startIndex
            return (String(decoding: name, as: UTF8.self), String(decoding: value[..<end], as: UTF8.self))
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

    /// The three digits after the first space of a status line.
    private static func status(in line: UnsafeRawBufferPointer) -> Int {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return 0 }
        let digits = line[(space + 1)...].prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return 0 }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
