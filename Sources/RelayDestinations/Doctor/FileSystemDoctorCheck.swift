internal import Glibc
package import RelayCore

/// Checks, without writing, whether a file can be written and how much disk space is free.
package struct FileSystemDoctorCheck: Sendable {
    private let path: String
    private let isFolder: Bool

    /// A file that exists or would be created.
    package init(file path: String) {
        self.path = path
        isFolder = false
    }

    /// A directory in which files are created.
    package init(folder path: String) {
        self.path = path
        isFolder = true
    }

    /// Limits for free space in bytes: below the first it is a problem, below the second a warning.
    private static let (scarce, little): (UInt64, UInt64) = (64 << 20, 1 << 30)

    package var findings: [DoctorFinding] {
        if let problem { return [problem] }
        guard let free = Self.freeSpace(at: existingPath) else {
            return [DoctorFinding(.good, "\(path) can be written")]
        }
        let left = "\(free >> 20) MiB are free there"
        if free < Self.scarce {
            return [DoctorFinding(.problem, "\(path) has no room: \(left)", fix: "free some space on the disk")]
        }
        if free < Self.little {
            return [DoctorFinding(.warning, "\(path) has little room: \(left)", fix: "free some space on the disk")]
        }
        return [DoctorFinding(.good, "\(path) can be written, \(left)")]
    }

    /// A file that is read: it may come later.
    package static func reading(_ path: String) -> [DoctorFinding] {
        if access(path, R_OK) == 0 { return [DoctorFinding(.good, "\(path) can be read")] }
        if errno == ENOENT { return [DoctorFinding(.note, "\(path) is not there yet; it is read as soon as it is")] }
        return [
            DoctorFinding(
                .problem, "\(path) cannot be read: \(String(cString: strerror(errno)))",
                fix: "let the relay's user read it")
        ]
    }

    private var problem: DoctorFinding? {
        var status = stat()
        if stat(path, &status) == 0 {
            let type = status.st_mode & S_IFMT
            if isFolder, type != S_IFDIR {
                return DoctorFinding(.problem, "\(path) is no folder", fix: "choose another path, or move it away")
            }
            if !isFolder, type != S_IFREG {
                return DoctorFinding(.problem, "\(path) is no regular file", fix: "choose another path")
            }
            if access(path, W_OK) != 0 { return refused(path) }
        } else if errno != ENOENT {
            return refused(path)
        }
        guard stat(existingPath, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return DoctorFinding(
                .problem, "\(existingPath) is no folder, and \(path) needs one", fix: "choose another path")
        }
        return access(existingPath, W_OK | X_OK) == 0 ? nil : refused(existingPath)
    }

    private func refused(_ existingPath: String) -> DoctorFinding {
        let code = errno
        let fix =
            switch code {
            case EROFS: "the disk is mounted for reading only: choose another path"
            case ENOTDIR: "a part of it is a file: choose another path"
            default: "let the relay's user write there"
            }
        return DoctorFinding(
            .problem, "\(existingPath) cannot be written: \(String(cString: strerror(code)))", fix: fix)
    }

    /// The existing directory: the file's own, or the nearest existing parent, in which the others would be created.
    private var existingPath: String {
        var existingPath = isFolder ? path : Self.folder(of: path)
        while existingPath != "/", existingPath != ".", access(existingPath, F_OK) != 0 {
            existingPath = Self.folder(of: existingPath)
        }
        return existingPath
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func freeSpace(at existingPath: String) -> UInt64? {
        var status = statvfs()
        guard statvfs(existingPath, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
