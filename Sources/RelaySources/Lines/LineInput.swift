/// A source of lines.
protocol LineInput: Sendable {
    /// Returns the next bytes; waits until there are some.
    /// - Throws: `CancellationError`, or the error that prevents reading.
    mutating func next() async throws -> LineInputChunk

    /// Called when all bytes that ``next()`` returned are stored, except for the last ones, which are an incomplete
    /// line.
    mutating func stored(unfinished: Int)
}

extension LineInput {
    mutating func stored(unfinished: Int) {}
}

enum LineInputChunk: Equatable {
    case bytes([UInt8])
    /// The next bytes belong to another stream: the file was rotated or truncated.
    case restart
    /// The end of the input.
    case end
}

/// A system error while reading a file or stream.
struct SourceReadError: Error, CustomStringConvertible {
    let description: String
}
