/// Which of the files beside a followed path continue those that were read before, and from which offset.
///
/// A rotation renames the file, or copies and truncates it, and the system gives the inode of a deleted file to a new
/// one. So neither the name nor the inode alone tells whether a file has been read; the bytes before the offset do
/// (``FileFingerprint``).
struct FileContinuationPlan: Sendable, Hashable {
    struct Step: Sendable, Hashable {
        /// The index of the remembered file that it continues; nil for a file that was not known.
        var known: Int?
        /// The index of the found file; nil when the remembered file was not found.
        var found: Int?
        var progress: FileProgress
    }

    /// All files to remember, in the order in which they are read.
    var steps: [Step] = []
    /// The indices of followed files that were not found, neither by name, inode nor content.
    var lost: [Int] = []

    /// What is known of the files' contents. Each answer may need a look at the disk.
    struct Contents: Sendable {
        /// Whether the found file has the bytes that were read from the remembered one.
        var continues: @Sendable (_ found: FoundFile, _ known: FileProgress) -> Bool
        /// Whether the first file has the same beginning as the second, which is longer: a copy that is being written.
        var isBeginning: @Sendable (_ copy: FoundFile, _ file: FoundFile) -> Bool
    }

    /// - Parameters:
    ///   - known: the remembered files in the order in which they are read.
    ///   - open: the indices of remembered files that are open for reading, and therefore certain.
    ///   - found: the files that are there now.
    ///   - since: rotated files that were not known and were written last before it are not read, in milliseconds since
    ///     1970; nil: none are read, because the source reads for the first time.
    init(known: [FileProgress], open: Set<Int>, found: [FoundFile], since: Int64?, contents: Contents) {
        var planner = Planner(known: known, open: open, found: found, since: since, contents: contents)
        planner.matchIdentities()
        planner.matchContents()
        steps = planner.steps()
        lost = planner.lost
    }
}

private struct Planner {
    private(set) var known: [FileProgress]
    let open: Set<Int>
    let found: [FoundFile]
    let since: Int64?
    let contents: FileContinuationPlan.Contents

    /// The found file of each remembered one.
    private var matches: [Int: Int] = [:]
    /// The remembered file of each found one.
    private var owners: [Int: Int] = [:]
    /// Remembered files whose lines are all in another remembered one.
    private var superseded: Set<Int> = []
    private(set) var lost: [Int] = []

    init(
        known: [FileProgress], open: Set<Int>, found: [FoundFile], since: Int64?,
        contents: FileContinuationPlan.Contents
    ) {
        self.known = known
        self.open = open
        self.found = found
        self.since = since
        self.contents = contents
    }

    private mutating func match(_ index: Int, _ file: Int) {
        matches[index] = file
        owners[file] = index
    }

    /// Files under the same inode, renamed or not.
    mutating func matchIdentities() {
        for index in known.indices.sorted(by: { open.contains($0) && !open.contains($1) }) {
            guard let file = found.firstIndex(where: { $0.identity == known[index].identity }), owners[file] == nil,
                open.contains(index) || continues(file, index)
            else { continue }
            match(index, file)
        }
    }

    private func continues(_ file: Int, _ index: Int) -> Bool {
        // Without bytes to compare, a file of any name may have got the inode of a deleted one.
        guard isRecognizable(index) || found[file].role != .other else { return false }
        return found[file].size >= known[index].offset && contents.continues(found[file], known[index])
    }

    /// Whether the bytes before the offset can tell anything.
    private func isRecognizable(_ index: Int) -> Bool {
        known[index].offset > 0 && known[index].fingerprint != nil
    }

    /// Copies of files that were truncated or deleted since.
    mutating func matchContents() {
        let missing = known.indices.filter { matches[$0] == nil && !open.contains($0) }
        // Of two remembered states of one file the longer is right.
        for index in missing.sorted(by: { known[$0].offset > known[$1].offset }) {
            let isFollowed = known[index].state == .followed
            if isRecognizable(index) {
                let copies = found.indices.filter { file in
                    guard owners[file] == nil, isFollowed || found[file].role == .rotated else { return false }
                    return continues(file, index)
                }
                if let best = copies.max(by: { preference($0) < preference($1) }) {
                    match(index, best)
                    continue
                }
                if isFollowed, isContained(index) {
                    superseded.insert(index)
                    continue
                }
                if matchShorterCopy(index) { continue }
            }
            // Of a file of which nothing was read, nothing can be missed that the other files do not show.
            if isFollowed, known[index].offset == 0 {
                superseded.insert(index)
            } else if isFollowed {
                lost.append(index)
            }
        }
        lost.sort()
    }

    /// A copy that was made shortly before the file was read for the last time.
    private mutating func matchShorterCopy(_ index: Int) -> Bool {
        for checkpoint in known[index].checkpoints.reversed() where checkpoint.offset > 0 {
            let earlier = known[index].at(checkpoint)
            let copy = found.indices.first { file in
                owners[file] == nil && found[file].role == .rotated && found[file].size >= earlier.offset
                    && contents.continues(found[file], earlier)
            }
            guard let copy else { continue }
            known[index] = earlier
            match(index, copy)
            return true
        }
        return false
    }

    /// A rotated copy before any other, and the file at the path last: when both have the bytes, the lines that follow are in
    /// the copy, and the file at the path is new.
    private func preference(_ file: Int) -> (Int, Int64) {
        let role =
            switch found[file].role {
            case .rotated: 2
            case .other: 1
            case .current: 0
            }
        return (role, found[file].size)
    }

    /// Whether another remembered file has been read further and has the same bytes before the offset.
    private func isContained(_ index: Int) -> Bool {
        owners.contains { file, owner in known[owner].offset >= known[index].offset && continues(file, index) }
    }

    // MARK: - The result

    func steps() -> [FileContinuationPlan.Step] {
        var steps: [FileContinuationPlan.Step] = []
        var current: FileContinuationPlan.Step?
        for index in known.indices where !superseded.contains(index) {
            let step = step(of: index)
            if let file = step.found, found[file].role == .current { current = step } else { steps.append(step) }
        }
        steps += unknown().map { FileContinuationPlan.Step(known: nil, found: $0.file, progress: $0.progress) }
        if let file = found.firstIndex(where: { $0.role == .current }), owners[file] == nil {
            let progress = FileProgress(identity: found[file].identity, offset: 0, lines: 0)
            current = FileContinuationPlan.Step(known: nil, found: file, progress: progress)
        }
        return steps + (current.map { [$0] } ?? [])
    }

    private func step(of index: Int) -> FileContinuationPlan.Step {
        var progress = known[index]
        guard let file = matches[index] else {
            if lost.contains(index) { progress.state = .lost }
            return FileContinuationPlan.Step(known: index, found: nil, progress: progress)
        }
        progress.identity = found[file].identity
        progress.modifiedAt = found[file].modifiedAt / 1_000_000
        switch progress.state {
        case .followed: break
        case .lost: progress.state = .followed
        case .finished(let size):
            if found[file].size != size || found[file].role == .current { progress.state = .followed }
        }
        return FileContinuationPlan.Step(known: index, found: file, progress: progress)
    }

    /// Rotated files that were not known, oldest first.
    private func unknown() -> [(file: Int, progress: FileProgress)] {
        let files = found.indices.filter { owners[$0] == nil && found[$0].role == .rotated && found[$0].size > 0 }
        return files.sorted(by: isOlder).compactMap { file in progress(ofUnknown: file).map { (file, $0) } }
    }

    private func isOlder(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (found[one], found[other])
        if one.modifiedAt != other.modifiedAt { return one.modifiedAt < other.modifiedAt }
        if let first = one.number, let second = other.number { return first > second }
        return one.path < other.path
    }

    /// - Returns: nil when it is not read, or when it is too early to tell.
    private func progress(ofUnknown file: Int) -> FileProgress? {
        let modifiedAt = found[file].modifiedAt / 1_000_000
        var progress = FileProgress(identity: found[file].identity, offset: 0, lines: 0)
        // The lines before the offset of a file that is still there were read from that file.
        let origin = known.indices.filter { isRecognizable($0) && continues(file, $0) }
            .max { known[$0].offset < known[$1].offset }
        if let origin {
            progress = known[origin]
            progress.identity = found[file].identity
            progress.state = .followed
        } else if let since {
            let isCopying = found.indices.contains { other in
                other != file && found[other].size > found[file].size && owners[other] != nil
                    && contents.isBeginning(found[file], found[other])
            }
            if modifiedAt < since || isCopying { return nil }
        } else {
            progress.offset = found[file].size
            progress.lines = nil
            progress.state = .finished(size: found[file].size)
        }
        progress.modifiedAt = modifiedAt
        return progress
    }
}
