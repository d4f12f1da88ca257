internal import RelayCore

/// Checks whether a response can be the file that was asked for.
enum MediaResponseCheck {
    /// - Throws: ``MediaError`` for every status but 200.
    static func status(_ status: Int, of host: String, _ servers: AllowedMediaServers) throws(MediaError) {
        switch status {
        case 200: break
        case 401: throw MediaError(.refused, "\(host) answered 401; \(servers.advice)")
        case 403, 404, 410:
            throw MediaError(.gone, "\(host) answered \(status): the file is not there, or not any more")
        case 408, 425, 429, 500...599: throw MediaError(.unavailable, "\(host) answered \(status)")
        default: throw MediaError(.refused, "\(host) answered \(status), which is no file")
        }
    }

    /// The content codings that change the bytes (IANA, HTTP Content Coding Registry). Storages also report values
    /// that are none, such as `aws-chunked`, which is how the file was uploaded, or `binary` and `UTF-8`.
    private static let compressions: Set<Substring> = [
        "gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "dcb", "dcz", "exi", "pack200-gzip",
    ]

    /// - Parameter header: `Content-Encoding`; nil when there is none.
    /// - Throws: ``MediaError`` `.refused` when the body is compressed.
    static func encoding(_ header: String?, of host: String) throws(MediaError) {
        let codings = (header ?? "").lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }
        guard !codings.contains(where: compressions.contains) else {
            throw MediaError(
                .refused,
                "\(host) compressed the file although it was asked not to; a proxy on the way may be why"
            )
        }
    }

    // MARK: Plain files

    /// How many bytes at the start of a file are looked at.
    private static let sniffedBytes = 512

    /// Checks that a plain file is the message's, as far as that can be known: by the hash, and without one by what
    /// servers send in place of a file.
    /// - Parameter sha256: the hash of the file; nil when it is not known.
    /// - Throws: ``MediaError`` `.badLength` for an empty file, `.refused` for an HTML page, and for a text in place of
    ///   an image or a sound, and `.hashMismatch`.
    static func plain(
        _ download: MediaDownloader.Download, of media: RawMediaReference, sha256: [UInt8]?
    ) throws(MediaError) {
        let stored = download.file.media
        if let sha256, stored.id.digest == sha256 { return }
        if stored.size == 0, media.fileLength != 0 {
            throw MediaError(.badLength, "\(download.host) answered with an empty file")
        }
        if !mayBeHTML(media) {
            let start = try start(of: download)
            let type = download.contentType?.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace } ?? ""
            if isHTML(start, type) {
                throw MediaError(.refused, "\(download.host) answered with an HTML page, which is not the file")
            }
            if media.kind != .document, isTextType(type), isText(start) {
                throw MediaError(.refused, "\(download.host) answered with a text (\(type)), which is not the file")
            }
        }
        guard sha256 == nil else {
            throw MediaError(.hashMismatch, "the download is not the file that the message names")
        }
    }

    private static func mayBeHTML(_ media: RawMediaReference) -> Bool {
        guard media.kind == .document else { return false }
        let type = media.mimetype?.lowercased() ?? ""
        let name = media.fileName?.lowercased() ?? ""
        return type.hasPrefix("text/") || type.contains("html") || type.contains("xml")
            || [".html", ".htm", ".xhtml", ".xml", ".svg"].contains { name.hasSuffix($0) }
    }

    /// The first bytes of a file.
    private static func start(of download: MediaDownloader.Download) throws(MediaError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: sniffedBytes, alignment: 1)
        defer { buffer.deallocate() }
        let count = try download.file.file.read(into: buffer, at: 0)
        return Array(buffer.prefix(count))
    }

    private static func isHTML(_ start: [UInt8], _ type: String) -> Bool {
        var start = start[...]
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { start = start.dropFirst(3) }
        start = start.drop { [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains($0) }
        let text = String(decoding: start, as: UTF8.self).lowercased()
        if ["<!doctype html", "<html"].contains(where: { text.hasPrefix($0) }) { return true }
        return type.contains("text/html") && text.hasPrefix("<")
    }

    /// Whether a server says that it sends a text, such as an error in JSON. Many say so of every file, so the type alone
    /// tells nothing.
    private static func isTextType(_ type: String) -> Bool {
        type.hasPrefix("text/") || ["application/json", "application/problem+json", "application/xml"].contains(type)
    }

    /// Whether bytes are text. Every format of images, sound, videos and stickers has other bytes at its start.
    private static func isText(_ start: [UInt8]) -> Bool {
        !start.isEmpty && start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0C, 0x0D].contains($0) }
            // The last character may be incomplete.
            && (0..<4).contains { String(validating: start.dropLast($0), as: UTF8.self) != nil }
    }
}
