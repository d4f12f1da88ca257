import Foundation
import RelayCore
import RelayCrypto
import RelayJSON
import RelayTesting
import Testing

@testable import RelayMedia

/// A published file of one kind, with all derived values (Vectors/PROVENANCE.md).
struct DecryptionVector: Sendable, CustomTestStringConvertible {
    let json: JSON

    var testDescription: String { json["type"]?.string ?? "?" }

    static let all: [DecryptionVector] = {
        guard let url = Bundle.module.url(forResource: "Vectors/decrypt_vectors", withExtension: "json"),
            let data = try? Data(contentsOf: url), let json = try? JSON(parsing: Array(data))
        else { return [] }
        return (json["vectors"]?.array ?? []).map { DecryptionVector(json: $0) }
    }()

    func base64(_ key: String) throws -> [UInt8] {
        try #require(json[key]?.string.flatMap { Base64.decode($0) })
    }

    func kind() throws -> MediaKind { try #require(json["type"]?.string.flatMap { MediaKind(rawValue: $0) }) }
}

@Suite struct MediaDecryptionTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(
        _ encrypted: [UInt8],
        of sealed: EncryptedTestMedia,
        as kind: MediaKind? = nil,
        hashes: Bool = true,
        maxSize: Int = 1 << 20,
        chunkSize: Int = 64
    ) throws -> (media: StoredMedia, bytes: [UInt8]) {
        let decryption = MediaDecryption(
            kind: kind ?? sealed.kind,
            key: sealed.key,
            encryptedSHA256: hashes ? sealed.encryptedSHA256 : nil,
            plainSHA256: hashes ? sealed.plainSHA256 : nil,
            maxSize: maxSize,
            chunkSize: chunkSize
        )
        let plain = try decryption.open(try directory.draft(encrypted), in: directory.path)
        return (plain.media, plain.contents)
    }

    // MARK: Good files

    @Test func theVectorsAreThere() {
        // Nobody has published a sticker pack.
        let published = Set(MediaKind.allCases).subtracting([.stickerPack])
        #expect(Set(DecryptionVector.all.compactMap { try? $0.kind() }) == published)
    }

    @Test(arguments: DecryptionVector.all)
    func aPublishedFileDecrypts(_ vector: DecryptionVector) throws {
        let decryption = MediaDecryption(
            kind: try vector.kind(),
            key: try vector.base64("mediaKey"),
            encryptedSHA256: try vector.base64("fileEncSha256"),
            plainSHA256: try vector.base64("fileSha256"),
            maxSize: 1 << 20
        )
        let plain = try decryption.open(try directory.draft(try vector.base64("encrypted")), in: directory.path)
        #expect(plain.contents == (try vector.base64("plaintext")))
        #expect(plain.media.id.digest == (try vector.base64("fileSha256")))
        #expect(EncryptedMediaSize.of(plain: plain.media.size) == vector.json["encryptedLength"]?.int)
    }

    @Test(arguments: DecryptionVector.all)
    func theSealerMakesThePublishedFile(_ vector: DecryptionVector) throws {
        let sealed = WhatsAppMediaEncryptor.seal(
            try vector.base64("plaintext"), as: try vector.kind(), key: try vector.base64("mediaKey"))
        #expect(sealed.encrypted == (try vector.base64("encrypted")))
    }

    /// Sizes around blocks and around chunks of 64 bytes.
    @Test(arguments: MediaKind.allCases)
    func filesOfEverySizeDecrypt(_ kind: MediaKind) throws {
        for size in [0, 1, 15, 16, 17, 31, 32, 47, 48, 49, 63, 64, 65, 127, 128, 129, 191, 192, 193, 1000] {
            let sealed = WhatsAppMediaEncryptor.seal(bytes(size), as: kind, key: bytes(32, seed: UInt64(size) + 7))
            let plain = try open(sealed.encrypted, of: sealed)
            #expect(plain.bytes == sealed.plain, "\(size) bytes")
            #expect(plain.media == sealed.media, "\(size) bytes")
        }
    }

    @Test(arguments: [16, 48, 4096, 128 << 10])
    func theChunkSizeMakesNoDifference(_ chunkSize: Int) throws {
        for size in [chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize - 17, 3 * chunkSize] {
            let sealed = WhatsAppMediaEncryptor.seal(bytes(size), as: .video)
            #expect(try open(sealed.encrypted, of: sealed, chunkSize: chunkSize).bytes == sealed.plain, "\(size) bytes")
        }
    }

    @Test func aFileDecryptsWithoutDeclaredHashes() throws {
        let sealed = WhatsAppMediaEncryptor.seal(bytes(100))
        #expect(try open(sealed.encrypted, of: sealed, hashes: false).media == sealed.media)
    }

    /// Baileys #681: a voice note that was sent as a document; the MAC identifies the actual kind.
    @Test func theMACFindsTheKindThatWasMeant() throws {
        for kind in MediaKind.allCases {
            let sealed = WhatsAppMediaEncryptor.seal(bytes(200), as: kind)
            for declared in MediaKind.allCases {
                #expect(try open(sealed.encrypted, of: sealed, as: declared).media == sealed.media, "\(declared)")
            }
        }
    }

    /// whatsmeow #1229: newsletters contain a key, although their files are not encrypted.
    @Test func aPlainFileThatHasItsHashIsTakenAsItIs() throws {
        for size in [0, 5, 42, 100] {
            let sealed = WhatsAppMediaEncryptor.seal(bytes(size))
            #expect(try open(sealed.plain, of: sealed).bytes == sealed.plain)
        }
        let sealed = WhatsAppMediaEncryptor.seal(bytes(200))
        #expect(throws: MediaError.self) { try open(sealed.plain, of: sealed, hashes: false) }
    }

    // MARK: Bad files

    private func reason(_ body: () throws -> Void) async -> MediaError.Code? {
        await failure { try body() }?.code
    }

    /// Only files that the test itself wrote may be left: the temporary decrypted file is deleted on failure.
    private func leavesNothing() -> Bool { directory.subpaths.isEmpty }

    @Test func aChangeAnywhereIsFoundAndLeavesNothing() async throws {
        let sealed = WhatsAppMediaEncryptor.seal(bytes(70))
        for position in sealed.encrypted.indices {
            var changed = sealed.encrypted
            changed[position] ^= 0x01
            let named = await reason { _ = try open(changed, of: sealed, chunkSize: 32) }
            #expect(named == .encryptedHashMismatch, "byte \(position)")
            let unnamed = await reason { _ = try open(changed, of: sealed, hashes: false, chunkSize: 32) }
            #expect(unnamed == .macMismatch, "byte \(position)")
        }
        #expect(leavesNothing())
    }

    @Test func aFileThatIsCutOffHasABadLengthOrAnotherHash() async throws {
        let sealed = WhatsAppMediaEncryptor.seal(bytes(70))
        for count in 0..<sealed.encrypted.count {
            let cut = Array(sealed.encrypted.prefix(count))
            let isPossible = count >= 26 && (count - 10) % 16 == 0
            let named = await reason { _ = try open(cut, of: sealed) }
            #expect(named == (isPossible ? .encryptedHashMismatch : .badLength), "\(count) bytes")
            let unnamed = await reason { _ = try open(cut, of: sealed, hashes: false) }
            #expect(unnamed == (isPossible ? .macMismatch : .badLength), "\(count) bytes")
        }
        #expect(leavesNothing())
    }

    @Test func anotherFilesKeyDoesNotFit() async throws {
        var sealed = WhatsAppMediaEncryptor.seal(bytes(70))
        sealed.key = bytes(32, seed: 99)
        #expect(await reason { _ = try open(sealed.encrypted, of: sealed) } == .macMismatch)
        #expect(leavesNothing())
    }

    @Test(
        arguments: [
            [0, 0], [17, 17], [1, 2], [16, 16], [255, 255], [3, 2, 3],
        ] as [[UInt8]])
    func wrongPaddingUnderARightMACIsReported(_ padding: [UInt8]) async throws {
        for size in [16, 48, 64] {
            let sealed = WhatsAppMediaEncryptor.seal(bytes(size - padding.count), padding: padding)
            #expect(await reason { _ = try open(sealed.encrypted, of: sealed) } == .badPadding, "\(size) bytes")
        }
        #expect(leavesNothing())
    }

    @Test func anotherPlainFileIsReported() async throws {
        var sealed = WhatsAppMediaEncryptor.seal(bytes(70))
        sealed.plain[3] ^= 1
        #expect(await reason { _ = try open(sealed.encrypted, of: sealed) } == .hashMismatch)
        #expect(leavesNothing())
    }

    /// Padding can add up to fifteen bytes, so the limit is checked against the decrypted file.
    @Test func theLimitIsOnThePlainFile() async throws {
        for maxSize in [0, 15, 16, 17, 100] {
            let fitting = WhatsAppMediaEncryptor.seal(bytes(maxSize))
            #expect(try open(fitting.encrypted, of: fitting, maxSize: maxSize).media == fitting.media)
            for size in [maxSize + 1, maxSize + 16] {
                let large = WhatsAppMediaEncryptor.seal(bytes(size))
                #expect(await reason { _ = try open(large.encrypted, of: large, maxSize: maxSize) } == .tooLarge)
                #expect(await reason { _ = try open(large.plain, of: large, maxSize: maxSize) } == .tooLarge)
            }
        }
        #expect(leavesNothing())
    }

    @Test func failuresNameNoKey() async throws {
        var sealed = WhatsAppMediaEncryptor.seal(bytes(70))
        sealed.key = bytes(32, seed: 5)
        let failure = await failure { _ = try open(sealed.encrypted, of: sealed) }
        #expect(failure?.description.contains(Base64.encode(sealed.key)) == false)
    }

    // MARK: Derivation

    @Test(arguments: DecryptionVector.all)
    func keysAreDerivedAsPublished(_ vector: DecryptionVector) throws {
        let keys = MediaKeys(try vector.base64("mediaKey"), for: MediaKeys.Purpose(try vector.kind()))
        #expect(MediaKeys.Purpose(try vector.kind()).rawValue == vector.json["hkdf_info"]?.string)
        #expect(hex(keys.initializationVector) == vector.json["iv"]?.string)
        #expect(hex(keys.cipherKey.withUnsafeBytes { Array($0) }) == vector.json["cipherKey"]?.string)
        #expect(hex(keys.macKey.withUnsafeBytes { Array($0) }) == vector.json["macKey"]?.string)
    }

    /// Derivations of real media keys, computed by other implementations (reference whatsapp.md, (c), V1).
    @Test func aRealKeyIsDerived() throws {
        let key = try #require(Base64.decode("aaNJkUc0uTWdoM2JI+bf3gbx4rziMiLHOMUhVwuoJCo="))
        let keys = MediaKeys(key, for: .video)
        #expect(hex(keys.initializationVector) == "7729a31e4cf41d10e1e944547f8d083a")
        #expect(
            hex(keys.cipherKey.withUnsafeBytes { Array($0) })
                == "96e138d05aaa6dfd05c087e413f62d723bfd2b8d1ff94098e4c3c17af41e2d5e")
        #expect(
            hex(keys.macKey.withUnsafeBytes { Array($0) })
                == "7dd71098ec6c909adf01081e058a28d0d0fd0ba63c7b6aa177bed2abed2fbd3b")
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func encryptedSizesDoNotOverflow() {
        #expect(EncryptedMediaSize.of(plain: 398_708) == 398_730)
        #expect(EncryptedMediaSize.of(plain: 117_512) == 117_530)
        #expect(EncryptedMediaSize.of(plain: 0) == 26)
        #expect(EncryptedMediaSize.of(plain: .max) == .max)
    }
}
