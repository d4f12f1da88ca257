import Foundation
import RelayCore
import RelayCrypto
import RelayTesting
import Testing

@testable import RelayMedia

/// The memory use of a large file. Disabled unless `RELAY_MEASURE` is set, because tests that run at the same time use
/// memory too: `RELAY_MEASURE=1 swift test --filter MemoryTests`.
@Suite(
    .limitedConcurrency,
    .enabled(if: ProcessInfo.processInfo.environment["RELAY_MEASURE"] != nil, "set RELAY_MEASURE to measure"))
struct MemoryTests {
    /// The peak memory use of the process so far.
    private func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber))) << 10
    }

    /// Ciphertext that decrypts to random bytes is sufficient: its MAC is valid, and its last block is chosen to give
    /// valid padding.
    private func encrypted(_ size: Int, _ keys: MediaKeys, in directory: TemporaryDirectory) throws -> StagedFile {
        let draft = try StagedFile(in: directory.path)
        let message = HMAC(key: keys.macKey).message()
        message.update(keys.initializationVector)
        let piece = bytes(1 << 20)
        for _ in 0..<(size / piece.count) {
            message.update(piece)
            try draft.append(piece)
        }
        // The second last block determines what the last one decrypts to.
        let zeros = [UInt8](repeating: 0, count: 16)
        let last = AESBlock.decrypt(zeros, keys.cipherKey)
        let before = last.map { $0 ^ 16 }
        message.update(before + zeros)
        try draft.append(before + zeros + message.finalize().prefix(10))
        return draft
    }

    @Test func aHundredMegabytesDecryptInASmallBuffer() throws {
        let directory = try TemporaryDirectory()
        let key = bytes(32)
        let size = 100 << 20
        let download = try encrypted(size, MediaKeys(key, for: .video), in: directory)
        let before = try peak()
        let start = ContinuousClock.now
        let decryption = MediaDecryption(
            kind: .document, key: key, encryptedSHA256: download.media.id.digest, plainSHA256: nil, maxSize: size + 32)
        let plain = try decryption.open(download, in: directory.path)
        let time = ContinuousClock.now - start
        let growth = try peak() - before
        print("100 MiB decrypted in \(time), the peak of memory grew by \(growth >> 10) KiB")
        #expect(plain.media.size == Int64(size + 16))
        #expect(growth < 16 << 20)
    }
}

/// One block without chaining.
private enum AESBlock {
    static func decrypt(_ block: [UInt8], _ key: SymmetricKey) -> [UInt8] {
        let cipher = AES256CBC(.decrypt, key: key, initializationVector: [UInt8](repeating: 0, count: 16))
        var plain = block
        plain.withUnsafeMutableBytes { cipher.update(UnsafeRawBufferPointer($0), into: $0) }
        return plain
    }
}
