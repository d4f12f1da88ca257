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
    private static let usualBytes = 512

    /// What one line did.
    enum Step {
        case more
        /// It was the blank line after a final status.
        case completed
        case tooLong
    }

    /// Adds one line, including its line end.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
        bytes += line.count
        guard bytes <= Self.maximumBytes else { return .tooLong }
        if isComplete { return .more }  // Trailers are counted but not kept.
        if expectsStatus {
            expectsStatus = false
            status = Self.status(in: line)
            kept.removeAll(keepingCapacity: true)
            kept.reserveCapacity(Self.usualBytes)
        } else if Self.isBlank(line) {
            isComplete = status >= 200
            expectsStatus = !isComplete
            if isComplete { return .completed }
        } else if kept.count + line.count <= Self.keptBytes {
            kept.append(contentsOf: line)
        }
        return .more
    }

    /// The kept fields.
    var fields: ResponseFields { .received(kept) }

    private static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
        for byte in line where byte != UInt8(ascii: "\r") && byte != UInt8(ascii: "\n") { return false }
        return true
    }

    /// The three digits after the first space of a status line.
    private static func status(in line: UnsafeRawBufferPointer) -> Int {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return 0 }
        let digits = line[(space + 1)...].prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return 0 }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
