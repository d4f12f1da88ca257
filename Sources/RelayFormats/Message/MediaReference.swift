internal import RelayCore
internal import RelayJSON

/// The location of a message's media and the key to decrypt it: `payload.raw_media` (reference whatsapp.md, B.2 and
/// (c)).
struct MediaReference {
    private(set) var object: JSONObject
    /// The file itself, when the document contains it.
    private(set) var embedded: [UInt8]?

    /// A file on WhatsApp's servers, as the node of a message describes it. It is encrypted except in channels, whose
    /// messages have neither `mediaKey` nor `fileEncSha256`.
    init(_ kind: MediaKind, _ node: JSONObject) {
        let fileLength = GatewayNumberReader.integer(node["fileLength"]).flatMap { $0 >= 0 ? $0 : nil }
        let url = node.text("url")
        let directPath = node.text("directPath")
        var object = JSONObject()
        object.append("mediaType", .string(kind.rawValue))
        object.append("url", orNull: url)
        object.append("directPath", orNull: directPath)
        let (key, encryptedHash) = (Self.key(node["mediaKey"]), Self.hash(node["fileEncSha256"]))
        let hash = Self.hash(node["fileSha256"])
        let isPlain = key == nil && encryptedHash == nil && hash != nil
        object.append("mediaKey", orNull: key)
        object.append("fileEncSha256", orNull: encryptedHash)
        object.append("fileSha256", orNull: hash)
        object.append("fileLength", orNull: fileLength)
        object.append("encFileLength", orNull: isPlain ? nil : fileLength.flatMap(Self.encryptedLength))
        object.append("mimetype", orNull: node.text("mimetype"))
        object.append("fileName", known: node.text("fileName"))
        object.append("seconds", known: GatewayNumberReader.integer(node["seconds"]))
        object.append("mediaKeyTimestamp", known: GatewayTimeReader.timestamp(node["mediaKeyTimestamp"])?.seconds)
        object.append("expiresAt", known: [url, directPath].compactMap { $0 }.compactMap(Self.expiry).max())
        self.object = object
    }

    /// A file with an id of Meta's Graph API.
    /// - Parameter sha256: the file's hash, as base64.
    static func cloud(
        _ kind: MediaKind, id: String, url: String?, mimetype: String?, sha256: JSON?, fileName: String?
    ) -> MediaReference {
        var object = JSONObject()
        object.append("mediaType", .string(kind.rawValue))
        object.append("scheme", .string(RawMediaReference.Scheme.cloud.rawValue))
        object.append("id", .string(id))
        object.append("url", orNull: url)
        object.append("fileSha256", orNull: hash(sha256))
        object.append("mimetype", orNull: mimetype)
        object.append("fileName", known: fileName)
        return MediaReference(object: object)
    }

    /// A plain file at the gateway.
    /// - Parameter url: an absolute URL, or a path at the gateway.
    static func gateway(
        _ kind: MediaKind, url: String, mimetype: String?, fileName: String?, fileLength: Int64? = nil
    ) -> MediaReference {
        var object = JSONObject()
        object.append("mediaType", .string(kind.rawValue))
        object.append("scheme", .string(RawMediaReference.Scheme.gateway.rawValue))
        object.append("url", .string(url))
        object.append("fileLength", orNull: fileLength)
        object.append("mimetype", orNull: mimetype)
        object.append("fileName", known: fileName)
        return MediaReference(object: object)
    }

    /// A file inside the document about which nothing else is known.
    static func embedded(
        _ kind: MediaKind, _ bytes: [UInt8], mimetype: String?, fileName: String?
    ) -> MediaReference {
        var object = JSONObject()
        object.append("mediaType", .string(kind.rawValue))
        object.append("scheme", .string(RawMediaReference.Scheme.stored.rawValue))
        object.append("mimetype", orNull: mimetype)
        object.append("fileName", known: fileName)
        return MediaReference(object: object, embedded: bytes)
    }

    /// A file inside the document that cannot be read, and about which nothing else is known.
    static func unreadable(_ kind: MediaKind, mimetype: String?, fileName: String?) -> MediaReference {
        var reference = embedded(kind, [], mimetype: mimetype, fileName: fileName)
        reference.embedded = nil
        reference.note(EmbeddedFileReader.unreadable)
        return reference
    }

    private init(object: JSONObject, embedded: [UInt8]? = nil) {
        self.object = object
        self.embedded = embedded
    }

    /// Whether the reference says where the file is. Without that there is nothing to fetch, for anybody: an edited
    /// caption comes as a node of the file without the file.
    var namesFile: Bool {
        embedded != nil || object["error"] != nil
            || ["url", "directPath", "gatewayUrl", "id", "storedId"].contains { object.text($0) != nil }
    }

    /// Whether the reference is sufficient to get the file.
    var isComplete: Bool {
        embedded != nil || (try? RawMediaReference(.object(object))) != nil
    }

    /// Adds the URL of the gateway's own plain copy, next to WhatsApp's encrypted file.
    mutating func attach(gatewayURL: String) {
        object["gatewayUrl"] = .string(gatewayURL)
    }

    /// Adds the file that the document contains, in any form that ``EmbeddedFileReader`` reads. What cannot be read
    /// leaves its reason.
    mutating func attach(file: JSON) {
        embedded = EmbeddedFileReader.bytes(file)
        if embedded == nil { note(EmbeddedFileReader.unreadable) }
    }

    /// Adds the reason why there is no file, or no copy at the gateway.
    mutating func note(_ message: String, _ reason: MediaError.Code = .gatewayError) {
        object["error"] = MediaError(reason, message).json
    }

    /// The size of the encrypted file in bytes: padded blocks and ten bytes of MAC. Nil on overflow.
    static func encryptedLength(_ fileLength: Int64) -> Int64? {
        let (blocks, overflow) = (fileLength / 16 + 1).multipliedReportingOverflow(by: 16)
        let (length, overflowAgain) = blocks.addingReportingOverflow(10)
        return overflow || overflowAgain ? nil : length
    }

    /// The 32 bytes of the key. Some exports of iOS wrap them as protobuf's field 1 (`0A 20`).
    private static func key(_ json: JSON?) -> String? {
        guard let bytes = BinaryFieldReader.decode(json) else { return nil }
        if bytes.count == 34, bytes[0] == 0x0A, bytes[1] == 0x20 { return Base64.encode(Array(bytes.dropFirst(2))) }
        return bytes.count == 32 ? Base64.encode(bytes) : nil
    }

    private static func hash(_ json: JSON?) -> String? {
        BinaryFieldReader.decode(json).flatMap { $0.count == 32 ? Base64.encode($0) : nil }
    }

    /// The time at which the URL expires, in seconds since the epoch.
    private static func expiry(_ url: String) -> Int64? { PictureURLExpiry.expiry(of: url)?.seconds }
}
