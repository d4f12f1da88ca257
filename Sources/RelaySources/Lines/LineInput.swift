/// A source of lines, of one stream or of several.
protocol LineInput: Sendable {
    /// Returns the next bytes; waits until there are some.
    /// - Throws: `CancellationError`, or the error that prevents reading.
    mutating func next() async throws -> LineInputChunk

    /// Called when all bytes of the stream that ``next()`` returned are stored, except for the last ones, which are an
    /// incomplete line.
    /// - Parameters:
    ///   - unfinished: the number of bytes of the incomplete line.
    ///   - lines: the number of lines of the file before the incomplete line.
    mutating func stored(_ stream: LineStream, unfinished: Int, lines: Int)
}

extension LineInput {
    mutating func stored(_ stream: LineStream, unfinished: Int, lines: Int) {}
}

/// Bytes that belong together: a file from an offset, or standard input.
struct LineStream: Sendable, Hashable {
    /// Unique in the input.
    var id: Int
    /// The name for messages: `/var/log/bridge/events.ndjson`.
    var name: String
    /// The number of lines before the first byte of the stream.
    var lines = 0
}

enum LineInputChunk: Sendable, Equatable {
    case bytes([UInt8], LineStream)
    /// Nothing follows in this stream. Its last line may have no line break.
    case streamEnd(LineStream)
    /// Nothing follows in this stream. Its incomplete line is read again in another stream.
    case streamMoved(LineStream)
    /// The end of the input.
    case end
}

/// A system error while reading a file or stream.
struct SourceReadError: Error, CustomStringConvertible {
    let description: String
}
