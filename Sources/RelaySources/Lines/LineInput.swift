/// Where lines come from.
protocol LineInput: Sendable {
    /// The next bytes; waits for some.
    /// - Throws: `CancellationError`, or what keeps it from reading.
    mutating func next() async throws -> LineChunk

    /// Everything that ``next()`` has given is stored, but for its last bytes, which are no whole line yet.
    mutating func stored(unfinished: Int)
}

extension LineInput {
    mutating func stored(unfinished: Int) {}
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
