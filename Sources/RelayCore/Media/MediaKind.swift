/// What a file is to a receiver; for WhatsApp's encrypted files it also decides how the keys are derived (reference
/// whatsapp.md, (c)).
package enum MediaKind: String, Sendable, Hashable, CaseIterable {
    case image, video, audio, document, sticker
    /// A zip file with the stickers of a pack.
    case stickerPack = "sticker_pack"
}
