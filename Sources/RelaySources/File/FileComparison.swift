/// Compares the contents of files for a ``FileContinuationPlan``.
enum FileComparison {
    static let contents = FileContinuationPlan.Contents(continues: continues, isBeginning: isBeginning)

    private static func continues(_ found: FoundFile, _ known: FileProgress) -> Bool {
        if known.offset == 0 { return found.identity == known.identity }
        guard let file = opened(found) else { return false }
        if let fingerprint = known.fingerprint {
            return (try? file.window(before: known.offset))?.fingerprint == fingerprint
        }
        // Releases that stored no fingerprint stored an offset behind a line break.
        guard found.identity == known.identity else { return false }
        return (try? file.read(at: known.offset - 1, atMost: 1)) == [UInt8(ascii: "\n")]
    }

    private static func isBeginning(_ copy: FoundFile, _ file: FoundFile) -> Bool {
        guard let copied = opened(copy), let original = opened(file) else { return false }
        let size = copied.size
        guard size > 0, let one = try? copied.window(before: size), let other = try? original.window(before: size)
        else { return false }
        return one.fingerprint == other.fingerprint
    }

    /// The file, if the path still refers to it and it can be read.
    private static func opened(_ found: FoundFile) -> SourceFile? {
        guard let file = try? SourceFile(path: found.path), file.identity == found.identity else {
            return nil
        }
        return file
    }
}
