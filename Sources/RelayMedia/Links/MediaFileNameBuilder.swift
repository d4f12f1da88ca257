package import RelayCore

/// The names under which receivers get files.
package enum MediaFileNameBuilder {
    /// The maximum length in bytes, which every file system accepts.
    static let maximumBytes = 180

    /// The sender's name for the file, made safe for paths and for saving; without one, a name by its kind, such as
    /// `image.jpg`.
    package static func of(_ declared: String?, kind: MediaKind, mimetype: String?) -> String {
        if let name = declared.map(safe), !name.isEmpty { return name }
        return "\(kind.rawValue).\(fileExtension(mimetype) ?? fallback(kind))"
    }

    /// Removes what leaves a directory, hides a file, or makes a name look like another: separators, control
    /// characters, bidirectional formatting characters, and dots at the ends. May be empty.
    static func safe(_ name: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            // Joiners form emoji of several parts, and words in some scripts.
            if scalar == "\u{200C}" || scalar == "\u{200D}" {
                scalars.append(scalar)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: continue
            default: scalars.append(isSeparator(scalar) ? "_" : scalar)
            }
        }
        return shortened(trimmed(String(scalars)[...]))
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || scalar == "\\" || scalar == ":"
    }

    private static func trimmed(_ name: Substring) -> Substring {
        func isEdge(_ character: Character) -> Bool { character == "." || character.isWhitespace }
        var name = name.drop(while: isEdge)
        while name.last.map(isEdge) == true { name.removeLast() }
        return name
    }

    /// Shortens the part before the extension, because the extension determines the program that opens the file.
    private static func shortened(_ name: Substring) -> String {
        guard name.utf8.count > maximumBytes else { return String(name) }
        var ending = ""
        if let dot = name.lastIndex(of: "."), name[dot...].utf8.count <= 16 { ending = String(name[dot...]) }
        var stem = name.dropLast(ending.count)
        while stem.utf8.count + ending.utf8.count > maximumBytes { stem.removeLast() }
        return trimmed(stem) + ending
    }

    // MARK: Types

    /// The usual file name extension of a MIME type; nil when the type is not in the table.
    static func fileExtension(_ mimetype: String?) -> String? {
        guard let essence = mimetype?.prefix(while: { $0 != ";" }).lowercased() else { return nil }
        return extensions[essence.filter { !$0.isWhitespace }]
    }

    private static func fallback(_ kind: MediaKind) -> String {
        switch kind {
        case .image: "jpg"
        case .video: "mp4"
        case .audio: "ogg"
        case .document: "bin"
        case .sticker: "webp"
        case .stickerPack: "zip"
        }
    }

    private static let extensions = [
        "image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp",
        "image/heic": "heic", "image/bmp": "bmp", "image/tiff": "tiff", "image/svg+xml": "svg",
        "video/mp4": "mp4", "video/3gpp": "3gp", "video/quicktime": "mov", "video/webm": "webm",
        "audio/ogg": "ogg", "audio/opus": "opus", "audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/mp4": "m4a",
        "audio/x-m4a": "m4a", "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav", "audio/x-wav": "wav",
        "audio/webm": "weba",
        "application/pdf": "pdf", "application/zip": "zip", "application/json": "json", "application/xml": "xml",
        "application/msword": "doc", "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.text": "odt", "application/rtf": "rtf", "application/was": "was",
        "text/plain": "txt", "text/csv": "csv", "text/html": "html", "text/xml": "xml", "text/vcard": "vcf",
        "text/x-vcard": "vcf", "text/calendar": "ics",
    ]
}
