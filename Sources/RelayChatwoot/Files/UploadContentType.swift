/// The `Content-Type` of a form part with a file. Chatwoot decides by it how to show the file, and compares exact
/// values: `image/heic`, `video/3gpp` or `video/mp4; codecs=…` are shown as plain files (reference chatwoot.md, 2).
package struct UploadContentType: Sendable, Hashable {
    /// How Chatwoot shows the file.
    package enum DisplayKind: String, Sendable { case image, audio, video, file }

    /// The type without parameters, in lower case.
    package let name: String

    /// - Parameters:
    ///   - mimetype: the type from WhatsApp or the gateway; nil when there is none.
    ///   - kind: the media kind, used when there is no usable type.
    ///   - isVoice: whether it is a voice note. Voice notes are Ogg, although some gateways declare another type.
    package init(_ mimetype: String?, kind: String, isVoice: Bool) {
        let bare = mimetype.flatMap(Self.bare)
        let told = bare.map { Self.aliases[$0] ?? $0 } ?? Self.usual[kind] ?? "application/octet-stream"
        name = isVoice && (bare == nil || Self.ogg.contains(told)) ? "audio/ogg" : told
    }

    package var shown: DisplayKind {
        if Self.images.contains(name) { return .image }
        if Self.videos.contains(name) { return .video }
        return name.hasPrefix("audio/") ? .audio : .file
    }

    /// The file name extension without the dot; nil when unknown.
    var fileExtension: String? { Self.extensions[name] }

    private static let images: Set = ["image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"]
    private static let videos: Set = ["video/ogg", "video/mp4", "video/webm", "video/quicktime"]
    private static let ogg: Set = ["audio/ogg", "audio/opus", "application/ogg", "audio/x-opus+ogg"]
    private static let aliases = [
        "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4",
        "audio/m4a": "audio/mp4", "audio/opus": "audio/ogg", "application/x-pdf": "application/pdf",
        "text/x-vcard": "text/vcard",
    ]
    /// The types that WhatsApp's own apps send.
    private static let usual = [
        "image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg", "sticker": "image/webp",
    ]
    private static let extensions = [
        "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/bmp": "bmp", "image/webp": "webp",
        "image/heic": "heic", "image/svg+xml": "svg", "video/ogg": "ogv", "video/mp4": "mp4", "video/webm": "webm",
        "video/quicktime": "mov", "video/3gpp": "3gp", "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a",
        "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav", "application/pdf": "pdf",
        "application/zip": "zip", "application/msword": "doc", "application/vnd.ms-excel": "xls",
        "application/vnd.ms-powerpoint": "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx", "text/plain": "txt",
        "text/csv": "csv", "text/vcard": "vcf", "text/html": "html", "application/json": "json",
        "application/xml": "xml",
    ]

    /// The type without parameters; nil when the text is not a media type (RFC 9110, 8.3.1).
    private static func bare(_ text: String) -> String? {
        let type = text.prefix { $0 != ";" }.split(separator: " ").joined().lowercased()
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isToken) }) else { return nil }
        return type
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$&-^_.+".utf8.contains(byte)
        }
    }
}
