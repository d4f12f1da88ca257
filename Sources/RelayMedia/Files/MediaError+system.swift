internal import Glibc
internal import RelayCore

extension MediaError {
    /// An error of the operating system, with advice on what to check.
    /// - Parameters:
    ///   - code: the value of `errno`.
    ///   - what: the failed operation, such as `cannot write`.
    init(system code: Int32, _ what: String, _ path: String) {
        let isFull = code == ENOSPC || code == EDQUOT
        self.init(isFull ? .storageFull : .storage, "\(what) \(path): \(SystemCallError(code)); \(Self.advice(code))")
    }

    private static func advice(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "free some space there, or set a smaller quota or a shorter retention for media"
        case EACCES, EPERM: "let the user that the relay runs as own the directory"
        case EROFS: "the file system is mounted read-only"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        case ENOTDIR, ELOOP, EXDEV:
            "the media directory and everything in it must be the relay's own, on one file system"
        default: "check that the directory is there and its disk is sound"
        }
    }
}
