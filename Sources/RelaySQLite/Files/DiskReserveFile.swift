internal import Glibc
internal import RelaySQL

/// A file that reserves disk space. When the disk is full the file is deleted, so that settlements and retention, which
/// free space later, can still be written. New work is refused until the file is back.
struct DiskReserveFile {
    let path: String
    /// Bytes held in reserve; 0: none.
    let size: Int
    private(set) var isHeld = false

    init(path: String, size: Int) {
        self.path = path
        self.size = size
    }

    /// Creates the file if the disk has that space and half as much more, so that it is not created and deleted in
    /// turns.
    mutating func take() -> Bool {
        guard !isHeld, size > 0 else { return true }
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        let isThere = fstat(file, &status) == 0 && status.st_size >= size && Int(status.st_blocks) * 512 >= size
        if !isThere {
            guard StoreFileDirectory.freeBytes(at: path) >= size + size / 2, posix_fallocate(file, 0, off_t(size)) == 0
            else {
                unlink(path)
                return false
            }
        }
        isHeld = true
        return true
    }

    mutating func release() {
        unlink(path)
        isHeld = false
    }
}
