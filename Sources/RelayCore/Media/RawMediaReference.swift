package import RelayJSON

/// Where the file of a message is, and what is needed to read it: `payload.raw_media`, as formats write it.
package struct RawMediaReference: Sendable, Hashable {
    package enum Location: Sendable, Hashable {
        /// On WhatsApp's servers: encrypted with `key`, which has 32 bytes, or plain without a key, as in channels.
        case whatsApp(url: String?, directPath: String?, key: [UInt8]?)
        /// Under an id of Meta's Graph API, which answers with a short-lived URL; `url` is the one in the message.
        case cloud(id: String, url: String?)
        /// Plain, at the gateway: an absolute URL, or a path below the source's `media.base_url`.
        case gateway(url: String)
        /// In the relay's own storage: it came inside the gateway's document.
        case stored(MediaID)
    }

    /// The values of `raw_media.scheme`: how a receiver reads the reference. Without one it is WhatsApp's.
    package enum Scheme: String, Sendable {
        /// `url`, `directPath` and `mediaKey` of an encrypted file.
        case whatsApp = "whatsapp"
        /// `id` of Meta's Graph API.
        case cloud = "cloud_media"
        /// `url` of a plain file at the gateway.
        case gateway = "url"
        /// The file came inside the gateway's document, and nothing else is known of it.
        case stored
    }

    package var kind: MediaKind
    /// Where the file is, the best location first; never empty.
    package var locations: [Location]
    package var mimetype: String?
    package var fileName: String?
    /// Bytes of the plain file, as the sender declared them: informative (reference whatsapp.md, (c) 6).
    package var fileLength: Int64?
    /// SHA-256 of the plain file, 32 bytes.
    package var fileSHA256: [UInt8]?
    /// SHA-256 of the encrypted file, 32 bytes.
    package var encryptedSHA256: [UInt8]?
    /// When the URL expires.
    package var expiresAt: Timestamp?

    package init(
        kind: MediaKind,
        locations: [Location],
        mimetype: String? = nil,
        fileName: String? = nil,
        fileLength: Int64? = nil,
        fileSHA256: [UInt8]? = nil,
        encryptedSHA256: [UInt8]? = nil,
        expiresAt: Timestamp? = nil
    ) {
        self.kind = kind
        self.locations = locations
        self.mimetype = mimetype
        self.fileName = fileName
        self.fileLength = fileLength
        self.fileSHA256 = fileSHA256
        self.encryptedSHA256 = encryptedSHA256
        self.expiresAt = expiresAt
    }

    /// Reads `payload.raw_media`.
    /// - Throws: ``MediaError`` when there is not enough in it to get the file: with the reason in `error` when the
    ///   format has found one, else `.incomplete`.
    package init(_ json: JSON) throws(MediaError) {
        func text(_ key: String) -> String? { json[key]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        func bytes(_ key: String) -> [UInt8]? { text(key).flatMap { Base64.decode($0) } }
        func hash(_ key: String) -> [UInt8]? { bytes(key).flatMap { $0.count == 32 ? $0 : nil } }
        func lacking(_ message: String) -> MediaError {
            MediaError(told: json["error"]) ?? MediaError(.incomplete, message)
        }
        guard let kind = text("mediaType").flatMap(MediaKind.init(rawValue:)) else {
            throw MediaError(.incomplete, "raw_media names no mediaType of image, video, audio, document or sticker")
        }
        var locations: [Location] = []
        if let id = text("storedId").flatMap({ MediaID($0) }) { locations.append(.stored(id)) }
        if let url = text("gatewayUrl") { locations.append(.gateway(url: url)) }
        switch text("scheme").map(Scheme.init(rawValue:)) ?? .whatsApp {
        case .whatsApp:
            let isSomewhere = text("url") ?? text("directPath") != nil
            if isSomewhere, let key = bytes("mediaKey"), key.count == 32 {
                locations.append(.whatsApp(url: text("url"), directPath: text("directPath"), key: key))
            } else if isSomewhere, text("mediaKey") == nil, text("fileEncSha256") == nil, hash("fileSha256") != nil {
                locations.append(.whatsApp(url: text("url"), directPath: text("directPath"), key: nil))
            } else if locations.isEmpty {
                throw lacking("the message came without mediaKey, or without url and directPath")
            }
        case .cloud:
            guard let id = text("id") else { throw lacking("the message came without a media id") }
            locations.append(.cloud(id: id, url: text("url")))
        case .gateway:
            guard let url = text("url") else { throw lacking("the message came without a url") }
            locations.append(.gateway(url: url))
        case .stored:
            guard !locations.isEmpty else { throw lacking("raw_media has no storedId") }
        case nil:
            throw MediaError(.incomplete, "raw_media.scheme is unknown")
        }
        self.locations = locations
        self.kind = kind
        mimetype = text("mimetype")
        fileName = text("fileName")
        fileLength = json["fileLength"]?.int
        fileSHA256 = hash("fileSha256")
        encryptedSHA256 = hash("fileEncSha256")
        expiresAt = json["expiresAt"]?.int.map { Timestamp(milliseconds: $0 * 1000) }
    }
}

extension MediaError {
    /// The error in `raw_media.error`; nil when there is none.
    package init?(told json: JSON?) {
        guard let message = json?["message"]?.string, let code = json?["reason"]?.string.flatMap(Code.init(rawValue:))
        else { return nil }
        self.init(code, message)
    }

    /// The form of `raw_media.error`.
    package var json: JSON { ["reason": .string(code.rawValue), "message": .string(message)] }
}
