internal import Glibc

/// The offset up to which a file has been read, kept across restarts in a small file: `DEVICE INODE OFFSET`.
///
/// Deduplication keys recognize lines that are read again, but only while the keys are retained, and a file may contain
/// older lines. The position is written after the lines are stored. It need not be synced: an older position only
/// causes some lines to be read again.
struct FileReadingPosition: Sendable {
    let path: String

    /// The stored offset for the file with this identity; nil when it belongs to another file, or none is stored.
    func offset(device: UInt, inode: UInt) -> Int64? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let bytes = try? FileDescriptorReader.read(descriptor, atMost: 256, of: path) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 3, UInt(words[0]) == device, UInt(words[1]) == inode else { return nil }
        return Int64(words[2]).flatMap { $0 >= 0 ? $0 : nil }
    }

    func keep(_ offset: Int64, device: UInt, inode: UInt) {
        let text = Array("\(device) \(inode) \(offset)\n".utf8)
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let count = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        if count == text.count { rename(draft, path) } else { unlink(draft) }
    }
}
