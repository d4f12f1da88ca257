internal import Glibc

/// A file that holds disk space in reserve. When the disk is full it is given up, so that settlements and retention,
/// which free space in the end, can still be written; new work waits until it is back.
struct DiskReserve {
    let path: String
    /// Bytes held in reserve; 0: none.
    let size: Int
    private(set) var isHeld = false

    init(path: String, size: Int) {
        self.path = path
        self.size = size
    }

    /// Takes the reserve, if the disk has it and half as much again, so that it does not come and go.
    mutating func take() -> Bool {
        guard !isHeld, size > 0 else { return true }
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        var figures = stat()
        let isThere = fstat(file, &figures) == 0 && figures.st_size >= size && Int(figures.st_blocks) * 512 >= size
        if !isThere {
            guard StoreDirectory.freeBytes(at: path) >= size + size / 2, posix_fallocate(file, 0, off_t(size)) == 0
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
