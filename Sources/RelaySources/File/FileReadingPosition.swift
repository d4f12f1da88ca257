internal import Glibc

/// How far one file has been read.
struct FileProgress: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// What is appended to it is read.
        case followed
        /// It was read to its end, which was at this size. What is appended later is read as well.
        case finished(size: Int64)
        /// It was not found again. It may come back.
        case lost
    }

    /// An offset that was reached before.
    struct Checkpoint: Sendable, Hashable {
        var offset: Int64
        var lines: Int?
        var fingerprint: FileFingerprint?
    }

    /// The maximum number of ``checkpoints``.
    static let maximumCheckpoints = 16

    var identity: FileIdentity
    /// The number of bytes whose lines are stored.
    var offset: Int64
    /// The number of line breaks before the offset; nil when it is not known.
    var lines: Int?
    /// Of the bytes before the offset; nil when it is not known.
    var fingerprint: FileFingerprint?
    var state: State = .followed
    /// When the file was last written, as far as it is known, in milliseconds since 1970.
    var modifiedAt: Int64?
    /// The offsets before, oldest first: what is read between the copy and the truncation of a file is not in the copy.
    /// They are not stored.
    var checkpoints: [Checkpoint] = []

    /// Moves the offset.
    mutating func advance(to offset: Int64, lines: Int, fingerprint: FileFingerprint) {
        checkpoints.append(Checkpoint(offset: self.offset, lines: self.lines, fingerprint: self.fingerprint))
        if checkpoints.count > Self.maximumCheckpoints { checkpoints.removeFirst() }
        (self.offset, self.lines, self.fingerprint) = (offset, lines, fingerprint)
    }

    /// The same file, as it was at a checkpoint.
    func at(_ checkpoint: Checkpoint) -> FileProgress {
        FileProgress(
            identity: identity, offset: checkpoint.offset, lines: checkpoint.lines,
            fingerprint: checkpoint.fingerprint, state: state, modifiedAt: modifiedAt)
    }
}

/// What a source that follows a file remembers across restarts.
struct FileReadingState: Sendable, Hashable {
    /// The maximum number of remembered files. The oldest that are not followed are forgotten first.
    static let maximumFiles = 256

    /// The files that were seen, in the order in which they are read.
    var files: [FileProgress]
    /// Rotated files that are not remembered and were last written before are not read, in milliseconds since 1970: when
    /// the source first looked, or later.
    var since: Int64

    /// Forgets the oldest files beyond ``maximumFiles``. They and older ones are not read again.
    mutating func limit() {
        var excess = files.count - Self.maximumFiles
        guard excess > 0 else { return }
        var kept: [FileProgress] = []
        for file in files {
            if excess > 0, file.state != .followed {
                excess -= 1
                if let modifiedAt = file.modifiedAt { since = max(since, modifiedAt + 1) }
            } else {
                kept.append(file)
            }
        }
        files = kept
    }
}

/// The file in which a ``FileReadingState`` is kept:
///
/// ```
/// zaphub-file-positions 2 SINCE
/// STATE DEVICE INODE OFFSET LINES FINGERPRINT MODIFIED
/// ```
///
/// STATE is `followed`, `finished:SIZE` or `lost`; `-` stands for what is not known. Releases before this form wrote
/// `DEVICE INODE OFFSET` alone, which is still read.
///
/// The state is written after the lines are stored. Deduplication keys recognize lines that are read again, so an older
/// offset costs nothing. The set of files must not be lost, so a change of it is synced to disk.
struct FileReadingPosition: Sendable {
    private static let title = "zaphub-file-positions"
    private static let maximumSize = 1 << 20

    let path: String

    /// When the state was last written, in milliseconds since 1970; nil when none is stored.
    var writtenAt: Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? status.modifiedAt / 1_000_000 : nil
    }

    /// - Returns: nil when nothing is stored.
    /// - Throws: ``SourceReadError`` when what is stored cannot be read.
    func load() throws(SourceReadError) -> FileReadingState? {
        guard let file = try SourceFile(path: path) else { return nil }
        let text = String(decoding: try file.read(at: 0, atMost: Self.maximumSize), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        guard let first = lines.first else {
            throw SourceReadError(description: "\(path) is empty; the file is read from its beginning")
        }
        if let old = Self.oldForm(lines) { return FileReadingState(files: [old], since: file.modifiedAt) }
        guard first.count == 3, first[0] == Self.title, first[1] == "2", let since = Int64(first[2]) else {
            throw SourceReadError(description: "\(path) has an unknown form; the file is read from its beginning")
        }
        return FileReadingState(files: lines.dropFirst().compactMap(Self.progress), since: since)
    }

    /// - Parameter synced: whether the state is on disk when this returns.
    /// - Throws: ``SourceReadError`` when it cannot be written.
    func keep(_ state: FileReadingState, synced: Bool) throws(SourceReadError) {
        let rows = state.files.map(Self.row)
        let text = (["\(Self.title) 2 \(state.since)"] + rows).joined(separator: "\n") + "\n"
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .lastWrite(draft) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                let error = SourceReadError.lastWrite(draft)
                close(descriptor)
                unlink(draft)
                throw error
            }
        }
        if synced { fdatasync(descriptor) }
        close(descriptor)
        guard rename(draft, path) == 0 else { throw .lastWrite(path) }
    }

    // MARK: - Rows

    private static func oldForm(_ lines: [[Substring]]) -> FileProgress? {
        guard lines.count == 1, lines[0].count == 3, let device = UInt(lines[0][0]), let inode = UInt(lines[0][1]),
            let offset = Int64(lines[0][2]), offset >= 0
        else { return nil }
        return FileProgress(identity: FileIdentity(device: device, inode: inode), offset: offset)
    }

    private static func row(_ file: FileProgress) -> String {
        let state =
            switch file.state {
            case .followed: "followed"
            case .finished(let size): "finished:\(size)"
            case .lost: "lost"
            }
        let lines = file.lines.map(String.init) ?? "-"
        let fingerprint = file.fingerprint?.text ?? "-"
        let modified = file.modifiedAt.map(String.init) ?? "-"
        let words = [state, "\(file.identity.device)", "\(file.identity.inode)", "\(file.offset)"]
        return (words + [lines, fingerprint, modified]).joined(separator: " ")
    }

    private static func progress(_ words: [Substring]) -> FileProgress? {
        guard words.count == 7, let state = state(words[0]), let device = UInt(words[1]), let inode = UInt(words[2]),
            let offset = Int64(words[3]), offset >= 0
        else { return nil }
        return FileProgress(
            identity: FileIdentity(device: device, inode: inode),
            offset: offset,
            lines: Int(words[4]),
            fingerprint: FileFingerprint(words[5]),
            state: state,
            modifiedAt: Int64(words[6])
        )
    }

    private static func state(_ word: Substring) -> FileProgress.State? {
        switch word {
        case "followed": .followed
        case "lost": .lost
        default: word.hasPrefix("finished:") ? Int64(word.dropFirst(9)).map { .finished(size: $0) } : nil
        }
    }
}

extension SourceReadError {
    /// Creates an error from `errno`.
    static func lastWrite(_ name: String) -> SourceReadError {
        SourceReadError(description: "cannot write \(name): \(String(cString: strerror(errno)))")
    }
}
