internal import Glibc
internal import RelayCore
internal import Synchronization

/// Keeps every other process, and a second store of this one, away from a store's file until it is released.
final class StoreFileLock: Sendable {
    private let file: Mutex<Int32?>

    /// - Throws: ``StoreError/Code/locked`` when another process has it; the message names the process.
    init(path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(.unavailable, "cannot open the lock file \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(file) }
            guard code == EWOULDBLOCK else {
                throw StoreError(.unavailable, "cannot lock \(path): \(String(cString: strerror(code)))")
            }
            throw StoreError(
                .locked,
                """
                the store \(path.dropLast(".lock".count)) is in use by process \(Self.owner(of: file)); \
                stop it or give this one another store.url
                """
            )
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(file, 0)
        pwrite(file, text, text.count, 0)
        self.file = Mutex(file)
    }

    private static func owner(of file: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = max(pread(file, &buffer, buffer.count, 0), 0)
        let digits = buffer.prefix(count).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "(unknown)" : String(decoding: digits, as: UTF8.self)
    }

    func release() {
        file.withLock { file in
            if let open = file {
                // A process that is being started has a copy of the descriptor for a moment, which would keep the lock.
                flock(open, LOCK_UN)
                close(open)
            }
            file = nil
        }
    }

    deinit {
        release()
    }
}
