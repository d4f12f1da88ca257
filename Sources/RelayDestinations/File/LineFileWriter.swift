internal import Glibc
internal import Logging
internal import RelayCore

/// A file to which lines are appended. A line is complete and synced to disk before its delivery is reported.
final class LineFileWriter: LineWriter {
    var groupLimit: Int { 1024 }

    private let path: String
    private let rotation: CurrentRotationPolicy
    private let clock: any RelayClock
    private let logger: Logger
    private var file: LockedLineFile?
    /// The day (UTC) of the last line, in days since 1970; nil before the first line.
    private var day: Int64?

    init(_ path: String, rotation: CurrentRotationPolicy, clock: any RelayClock, logger: Logger) {
        self.path = path
        self.rotation = rotation
        self.clock = clock
        self.logger = logger
    }

    func write(_ lines: [[UInt8]]) throws(LineWriteError) {
        do throws(OutputFileError) {
            try add(lines)
        } catch {
            // After a failed write or sync the page cache is unreliable, so the file is opened and checked again.
            file = nil
            throw LineWriteError(.other, "\(path) \(error.message)")
        }
    }

    private func add(_ lines: [[UInt8]]) throws(OutputFileError) {
        let rotation = rotation.current
        var file = try current()
        var chunk: [UInt8] = []
        for line in lines {
            let size = file.size + chunk.count
            if size > 0, size + line.count + 1 > rotation.maxSize || isOfAnotherDay(rotation) {
                try file.append(chunk)
                chunk = []
                try putAside(keeping: rotation.keep)
                file = try current()
            }
            chunk += line
            chunk.append(UInt8(ascii: "\n"))
            day = today
        }
        try file.append(chunk)
    }

    private var today: Int64 { clock.wall.seconds / 86_400 }

    private func isOfAnotherDay(_ rotation: LineFileRotationPolicy) -> Bool {
        rotation.daily && day.map { $0 != today } ?? false
    }

    /// The file at the path; opened again when another process has moved or deleted it.
    private func current() throws(OutputFileError) -> LockedLineFile {
        if let file, file.isAtItsPath { return file }
        file = nil
        let opened = try LockedLineFile(path)
        if opened.cut > 0 {
            logger.warning(
                "The end of a line that was being written when the relay ended is cut off; it is written again",
                metadata: ["file": "\(path)", "bytes": "\(opened.cut)"]
            )
        }
        day = day ?? (opened.size > 0 ? opened.changedAt.seconds / 86_400 : nil)
        file = opened
        return opened
    }

    /// Renames the files, beginning with the oldest. A crash in between leaves a gap in the numbers, never a duplicate.
    private func putAside(keeping keep: Int) throws(OutputFileError) {
        file = nil
        for number in stride(from: keep, through: 1, by: -1) {
            let older = "\(path).\(number)"
            let newer = number == 1 ? path : "\(path).\(number - 1)"
            guard rename(newer, older) == 0 || errno == ENOENT else {
                throw OutputFileError("cannot be renamed to \(older)", errno)
            }
        }
        try LockedLineFile.syncFolder(of: path)
    }
}
