/// Where lines come from.
protocol LineInput: Sendable {
    /// The next bytes; waits for some.
    /// - Throws: `CancellationError`, or what keeps it from reading.
    mutating func next() async throws -> LineChunk
}

enum LineChunk: Equatable {
    case bytes([UInt8])
    /// What follows belongs to another stream: the file was rotated or cut.
    case restart
    /// Nothing more will come.
    case end
}

/// What the system said when a file or stream could not be read.
struct InputError: Error, CustomStringConvertible {
    let description: String
}
