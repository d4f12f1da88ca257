internal import Logging
internal import RelayCore

/// Reads a file from its beginning, and then the data appended to it, like `tail -F`. The file may be missing at first,
/// be truncated, or be replaced by another file of the same name. A file that was renamed or copied away is read to its
/// end and followed until nothing has been appended for a while, also after a restart.
///
/// ``FileContinuationPlan`` decides which file continues which.
struct FollowedFile: LineInput {
    private static let chunkSize = 256 * 1024
    private static let pollInterval = Duration.milliseconds(500)
    /// How often the directory is looked at when nothing seems to have changed.
    private static let scanInterval = Duration.seconds(60)
    /// How long at least lies between two looks when names in the directory have changed.
    private static let changeInterval = Duration.seconds(5)
    /// How long nothing must have been appended to a file that is not at the path before it is closed.
    private static let quietInterval = Duration.seconds(60)
    /// How many files are open at once.
    private static let maximumOpen = 16

    let path: String
    let clock: any RelayClock
    private let position: FileReadingPosition?
    private let folder: SourceFolder
    private let logger: Logger
    /// All remembered files, in the order in which they are read.
    private var files: [OpenedFile] = []
    /// See ``FileReadingState/since``; nil before the first look.
    private var since: Int64?
    /// When the directory is listed next; nil: at once.
    private var nextScan: Timestamp?
    private var lastScan = Timestamp(milliseconds: 0)
    /// When names in the directory had changed before the last look.
    private var scannedChange: [Int64] = []
    private var pending: [LineInputChunk] = []
    private var lastStream = 0
    private var reportedProblem: String?
    private var reportedStorageProblem: String?

    init(path: String, position: FileReadingPosition?, clock: any RelayClock, logger: Logger) {
        self.path = path
        self.position = position
        self.clock = clock
        self.logger = logger
        folder = SourceFolder(path: path)
    }

    mutating func next() async throws -> LineInputChunk {
        while true {
            try Task.checkCancellation()
            if let chunk = try step() { return chunk }
            try await clock.sleep(until: clock.now + Self.pollInterval)
        }
    }

    mutating func stored(_ stream: LineStream, unfinished: Int, lines: Int) {
        guard let index = files.firstIndex(where: { $0.stream.id == stream.id }),
            files[index].stored(unfinished: unfinished, lines: lines)
        else { return }
        keep(synced: false)
    }

    /// Returns the next chunk; nil when there is no new data.
    private mutating func step() throws(SourceReadError) -> LineInputChunk? {
        if nextScan.map({ $0 <= clock.now }) ?? true { try scan() }
        if !pending.isEmpty { return pending.removeFirst() }
        for index in files.indices {
            switch try files[index].read(atMost: Self.chunkSize, at: clock.now) {
            case .bytes(let bytes): return .bytes(bytes, files[index].stream)
            case .nothing: break
            case .changed:
                try restart(index)
                return try step()
            }
        }
        if let current = SourceFile.identity(path: path), current != self.current?.progress.identity {
            // The files that were read so far have been read to their ends.
            try scan()
            return try step()
        }
        // A copy may have what stood in a file that was truncated before anything of it was read.
        if clock.now >= lastScan + Self.changeInterval, folder.changedAt != scannedChange {
            try scan()
            return try step()
        }
        return finishQuietFiles()
    }

    /// The file that was at the path at the last look.
    private var current: OpenedFile? { files.last { $0.role == .current } }

    /// Closes the files to which nothing is appended any more. All files have been read to their ends.
    private mutating func finishQuietFiles() -> LineInputChunk? {
        // Files beyond the maximum wait for their turn. What is appended to a closed file is found at a later look.
        let othersWait = files.contains { $0.progress.state == .followed && !$0.isOpen }
        for index in files.indices where files[index].isOpen && files[index].role != .current {
            guard othersWait || files[index].isQuiet(for: Self.quietInterval, now: clock.now, wall: clock.wall) else {
                continue
            }
            pending.append(.streamEnd(files[index].stream))
            files[index].finish()
        }
        guard !pending.isEmpty else { return nil }
        keep(synced: false)
        if othersWait { nextScan = nil }
        return pending.removeFirst()
    }

    /// The file was truncated, and perhaps written again. What was read of it may stand in a copy.
    private mutating func restart(_ index: Int) throws(SourceReadError) {
        let before = files[index]
        files[index].restart(newStream())
        if before.progress.offset > 0 { files.insert(before.closed(), at: index) }
        try scan()
        let isLost = files.contains { $0.stream.id == before.stream.id && $0.progress.state == .lost }
        pending.append(isLost || before.progress.offset == 0 ? .streamEnd(before.stream) : .streamMoved(before.stream))
    }

    private mutating func newStream() -> LineStream {
        lastStream += 1
        return LineStream(id: lastStream, name: path)
    }

    // MARK: - The directory

    /// Looks which files are there, and opens those that are to be read.
    private mutating func scan() throws(SourceReadError) {
        // First of all, because it fails when there is something else at the path.
        _ = try SourceFile(path: path)
        nextScan = clock.now + Self.scanInterval
        lastScan = clock.now
        scannedChange = folder.changedAt
        let isFirst = since == nil
        let writtenAt = isFirst ? position?.writtenAt : nil
        let isNew = isFirst ? !load() : false
        let listing = folder.list()
        let before = files
        let plan = FileContinuationPlan(
            known: files.map(\.progress),
            open: Set(files.indices.filter { files[$0].isOpen }),
            found: listing.files,
            since: isNew ? nil : since,
            contents: FileComparison.contents
        )
        for index in plan.lost { report(lost: files[index], compressed: listing.compressed) }
        if let writtenAt { report(compressed: listing.compressed, after: writtenAt) }
        if listing.problem != reportedProblem, let problem = listing.problem {
            logger.warning(
                "the directory cannot be listed; renamed files are not found", metadata: ["reason": "\(problem)"])
        }
        reportedProblem = listing.problem
        var openCount = 0
        var next: [OpenedFile] = []
        for step in plan.steps {
            var file = step.known.map { before[$0] } ?? OpenedFile(stream: newStream(), progress: step.progress)
            file.take(step.progress, found: step.found.map { listing.files[$0] }, at: clock.now)
            try open(&file, at: step.found.map { listing.files[$0] }, mayStayOpen: openCount < Self.maximumOpen)
            if file.isOpen { openCount += 1 }
            next.append(file)
        }
        files = next
        let isOtherSet = Set(files.map(\.progress.identity)) != Set(before.map(\.progress.identity))
        if isFirst || files.map(\.progress) != before.map(\.progress) { keep(synced: isFirst || isOtherSet) }
    }

    /// Opens a file that is followed, and completes what is not known of it.
    private mutating func open(
        _ file: inout OpenedFile, at found: FoundFile?, mayStayOpen: Bool
    ) throws(SourceReadError) {
        guard let found, !file.isOpen else { return }
        let isFollowed = file.progress.state == .followed
        guard isFollowed && mayStayOpen || file.progress.fingerprint == nil else { return }
        do throws(SourceReadError) {
            let stream = isFollowed ? newStream() : file.stream
            guard try file.open(found.path, stream: stream, isRead: mayStayOpen, at: clock.now) else {
                // It was replaced since the directory was listed.
                nextScan = nil
                return
            }
        } catch {
            guard found.role != .current else { throw error }
            logger.warning("a rotated file cannot be read", metadata: ["reason": "\(error)"])
        }
    }

    // MARK: - What is remembered

    /// - Returns: whether there is a state from before.
    private mutating func load() -> Bool {
        do throws(SourceReadError) {
            if let state = try position?.load() {
                files = state.files.map { OpenedFile(stream: newStream(), progress: $0) }
                since = state.since
                return true
            }
        } catch {
            logger.warning("the stored reading position is of no use", metadata: ["reason": "\(error)"])
        }
        // File systems on other machines may have another time.
        since = (clock.wall - .seconds(60)).milliseconds
        return false
    }

    private mutating func keep(synced: Bool) {
        guard let since else { return }
        var state = FileReadingState(files: files.map(\.progress), since: since)
        state.limit()
        self.since = state.since
        if state.files.count < files.count {
            let kept = Set(state.files)
            files.removeAll { !$0.isOpen && !kept.contains($0.progress) }
        }
        do throws(SourceReadError) {
            try position?.keep(state, synced: synced)
            reportedStorageProblem = nil
        } catch {
            guard reportedStorageProblem != error.description else { return }
            reportedStorageProblem = error.description
            logger.error("the reading position is not stored", metadata: ["reason": "\(error)"])
        }
    }

    private func report(lost file: OpenedFile, compressed: [FoundFile]) {
        var metadata: Logger.Metadata = ["file": "\(path)", "offset": "\(file.progress.offset)"]
        if let newest = compressed.max(by: { $0.modifiedAt < $1.modifiedAt }) {
            metadata["compressed"] = "\(newest.path)"
        }
        logger.warning(
            "what was read of the file is neither in it nor in a file beside it; lines after the offset that were not read are lost",
            metadata: metadata)
    }

    /// Names the compressed files that were written after the last reading.
    private func report(compressed: [FoundFile], after moment: Int64) {
        for file in compressed where file.modifiedAt / 1_000_000 > moment {
            logger.warning(
                "a rotated file was compressed before it was read to its end; unpack it in its directory to have it read",
                metadata: ["file": "\(file.path)"])
        }
    }
}
