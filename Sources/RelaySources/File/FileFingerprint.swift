internal import RelayCrypto

/// A digest of the bytes at the start of a file and of those directly before a position in it. A file that has the same
/// bytes there is the one that was read up to the position, or a copy of it.
struct FileFingerprint: Sendable, Hashable {
    /// How many bytes at the start, and before the position, are looked at.
    static let span = 1024
    private static let textLength = 32

    /// The first half of a SHA-256 digest, in hexadecimal.
    let text: String

    /// - Parameters:
    ///   - head: the first bytes of the file, at most ``span`` and none behind the position.
    ///   - tail: the bytes before the position, at most ``span``.
    init(head: some Collection<UInt8>, tail: some Collection<UInt8>) {
        let digest = SHA256.digest(of: Array(head) + Array(tail))
        let digits = Array("0123456789abcdef")
        text = String(digest.prefix(Self.textLength / 2).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Reads the text form; nil when it is not one.
    init?(_ text: some StringProtocol) {
        let isDigits = text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard text.utf8.count == Self.textLength, isDigits else { return nil }
        self.text = String(text)
    }
}

/// The bytes of a ``FileFingerprint`` for the position that reading has reached. They are taken from what was read, not
/// from the file, which may have been truncated since.
struct FileFingerprintWindow: Sendable {
    private(set) var head: [UInt8] = []
    /// The bytes directly before the position, at most ``FileFingerprint/span``.
    private(set) var tail: [UInt8] = []

    var fingerprint: FileFingerprint { FileFingerprint(head: head, tail: tail) }

    init() {}

    init(head: [UInt8], tail: [UInt8]) {
        self.head = head
        self.tail = tail
    }

    /// Moves the position behind the bytes that follow it.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        if head.count < FileFingerprint.span { head += bytes.prefix(FileFingerprint.span - head.count) }
        tail = bytes.count >= FileFingerprint.span ? Array(bytes.suffix(FileFingerprint.span)) : tail + bytes
        if tail.count > FileFingerprint.span { tail.removeFirst(tail.count - FileFingerprint.span) }
    }
}
