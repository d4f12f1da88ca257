internal import RelayCore
internal import RelayCrypto

/// The keys of one encrypted file, derived from its media key (reference whatsapp.md, (c) 2).
struct MediaKeys {
    /// Bytes of a cipher block.
    static let blockSize = AES256CBC.blockByteCount
    /// Bytes of the MAC at the end of an encrypted file.
    static let macSize = 10

    let initializationVector: [UInt8]
    let cipherKey: SymmetricKey
    let macKey: SymmetricKey

    /// - Parameter mediaKey: 32 bytes.
    init(_ mediaKey: [UInt8], for purpose: Purpose) {
        // The last 32 bytes, the "ref key", serve nothing here.
        let bytes = HKDF.derive(
            from: SymmetricKey(bytes: mediaKey), info: purpose.rawValue.utf8, byteCount: 112)
        initializationVector = Array(bytes[0..<16])
        cipherKey = SymmetricKey(bytes: bytes[16..<48])
        macKey = SymmetricKey(bytes: bytes[48..<80])
    }

    /// The purpose of a key, which is the `info` input of the derivation.
    enum Purpose: String, CaseIterable {
        case image = "WhatsApp Image Keys"
        case video = "WhatsApp Video Keys"
        case audio = "WhatsApp Audio Keys"
        case document = "WhatsApp Document Keys"
        case stickerPack = "WhatsApp Sticker Pack Keys"

        init(_ kind: MediaKind) {
            self =
                switch kind {
                case .image, .sticker: .image
                case .video: .video
                case .audio: .audio
                case .document: .document
                case .stickerPack: .stickerPack
                }
        }
    }
}

/// The sizes of encrypted files (reference whatsapp.md, (c)).
enum EncryptedMediaSize {
    /// The minimum size in bytes: one block and the MAC.
    static let minimum = Int64(MediaKeys.blockSize + MediaKeys.macSize)

    /// The size in bytes of the encrypted file for a plain file; `Int64.max` on overflow.
    static func of(plain size: Int64) -> Int64 {
        let block = Int64(MediaKeys.blockSize)
        let (padded, overflow) = (size / block + 1).multipliedReportingOverflow(by: block)
        return overflow || padded > .max - 10 ? .max : padded + Int64(MediaKeys.macSize)
    }

    /// Whether an encrypted file can have this size.
    static func isPossible(_ size: Int64) -> Bool {
        size >= minimum && (size - Int64(MediaKeys.macSize)) % Int64(MediaKeys.blockSize) == 0
    }
}
