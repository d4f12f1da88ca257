internal import RelayCore

/// A remembered file, and the state of reading it.
struct OpenedFile: Sendable {
    enum ReadResult: Sendable {
        case bytes([UInt8])
        case nothing
        /// The bytes that were read before are no longer there: the file was truncated.
        case changed
    }

    private(set) var progress: FileProgress
    private(set) var stream: LineStream
    private(set) var role = FoundFile.Role.other
    private var file: SourceFile?
    /// The number of bytes that were read.
    private var readOffset: Int64 = 0
    /// Of the bytes before the last chunk, and before the read offset.
    private var chunkWindow = FileFingerprintWindow()
    private var window = FileFingerprintWindow()
    private var chunk: [UInt8] = []
    /// When bytes were last read, on the monotonic clock.
    private var lastRead: Timestamp?
    /// When the path began to refer to another file, on the monotonic clock; nil: while this one was not open.
    private var leftPathAt: Timestamp?

    init(stream: LineStream, progress: FileProgress) {
        self.stream = stream
        self.progress = progress
    }

    var isOpen: Bool { file != nil }

    /// Takes over what a plan says about the file.
    mutating func take(_ progress: FileProgress, found: FoundFile?, at moment: Timestamp) {
        // A truncated file that was found as a copy is read on there.
        self.progress = progress
        let before = role
        if let found { role = found.role } else if role == .current { role = .other }
        if isOpen, before == .current, role != .current { leftPathAt = moment }
    }

    /// Opens the file at the offset.
    /// - Parameter isRead: whether it is read; false: it is only looked at, to complete what is known of it.
    /// - Returns: false when it is not the file that it was.
    mutating func open(
        _ path: String, stream: LineStream, isRead: Bool, at moment: Timestamp
    ) throws(SourceReadError) -> Bool {
        guard let opened = try SourceFile(path: path), opened.identity == progress.identity,
            let window = try opened.window(before: progress.offset)
        else { return false }
        if let fingerprint = progress.fingerprint, fingerprint != window.fingerprint { return false }
        progress.fingerprint = window.fingerprint
        guard isRead, progress.state == .followed else { return true }
        var lines = progress.lines
        if lines == nil { lines = try opened.lineCount(before: progress.offset) }
        progress.lines = lines
        self.stream = LineStream(id: stream.id, name: path, lines: lines ?? 0)
        self.window = window
        (file, readOffset, chunk, chunkWindow, lastRead) = (opened, progress.offset, [], window, moment)
        return true
    }

    /// Reads what follows.
    mutating func read(atMost limit: Int, at moment: Timestamp) throws(SourceReadError) -> ReadResult {
        guard let file else { return .nothing }
        let bytes = try file.read(at: readOffset, atMost: limit)
        // In this order: what was read belongs to the bytes before it, which are still there afterwards.
        let before = try file.read(at: readOffset - Int64(window.tail.count), atMost: window.tail.count)
        guard before == window.tail else { return .changed }
        guard !bytes.isEmpty else { return .nothing }
        chunkWindow = window
        window.append(bytes[...])
        chunk = bytes
        readOffset += Int64(bytes.count)
        lastRead = moment
        return .bytes(bytes)
    }

    /// The lines of all bytes but the last ones are stored.
    /// - Returns: whether the offset has moved.
    mutating func stored(unfinished: Int, lines: Int) -> Bool {
        // The incomplete line may have begun before the last chunk; then the offset is where it was.
        guard isOpen, unfinished < chunk.count else { return false }
        var window = chunkWindow
        window.append(chunk.dropLast(unfinished))
        progress.advance(to: readOffset - Int64(unfinished), lines: lines, fingerprint: window.fingerprint)
        return true
    }

    /// Whether nothing has been appended for some time. The file's own time tells it only for a file that was renamed
    /// before it was opened: a writer of few lines may still have any other one open.
    func isQuiet(for interval: Duration, now: Timestamp, wall: Timestamp) -> Bool {
        guard let file, let lastRead else { return false }
        if now >= max(lastRead, leftPathAt ?? lastRead) + interval { return true }
        return leftPathAt == nil && wall.milliseconds >= file.modifiedAt + interval.milliseconds
    }

    /// Closes the file, which was read to its end. An incomplete last line is read again when the file grows.
    mutating func finish() {
        progress.state = .finished(size: readOffset)
        if let file { progress.modifiedAt = file.modifiedAt }
        close()
    }

    /// Begins with the first byte again: the file was truncated.
    mutating func restart(_ stream: LineStream) {
        progress = FileProgress(identity: progress.identity, offset: 0, lines: 0)
        progress.fingerprint = FileFingerprintWindow().fingerprint
        self.stream = LineStream(id: stream.id, name: self.stream.name)
        (readOffset, chunk, window, chunkWindow) = (0, [], FileFingerprintWindow(), FileFingerprintWindow())
    }

    /// The same, not open.
    func closed() -> OpenedFile {
        var closed = self
        closed.role = .other
        closed.close()
        return closed
    }

    private mutating func close() {
        file = nil
        leftPathAt = nil
        chunk = []
    }
}
