internal import RelayCore
internal import RelayJSON

/// Where a message's media lies, encrypted, and the key to it: `payload.raw_media` (reference whatsapp.md, B.2 and (c)).
struct MediaReference {
    /// What decides the key's derivation.
    enum Kind: String {
        case image, video, audio, document, sticker
    }

    let object: JSONObject

    init(_ kind: Kind, _ node: JSONObject) {
        let fileLength = WireNumber.integer(node["fileLength"]).flatMap { $0 >= 0 ? $0 : nil }
        let url = node.text("url")
        let directPath = node.text("directPath")
        var object = JSONObject()
        object.append("mediaType", .string(kind.rawValue))
        object.append("url", orNull: url)
        object.append("directPath", orNull: directPath)
        object.append("mediaKey", orNull: Self.key(node["mediaKey"]))
        object.append("fileEncSha256", orNull: Self.hash(node["fileEncSha256"]))
        object.append("fileSha256", orNull: Self.hash(node["fileSha256"]))
        object.append("fileLength", orNull: fileLength)
        object.append("encFileLength", orNull: fileLength.flatMap(Self.encryptedLength))
        object.append("mimetype", orNull: node.text("mimetype"))
        object.append("fileName", known: node.text("fileName"))
        object.append("seconds", known: WireNumber.integer(node["seconds"]))
        object.append("mediaKeyTimestamp", known: WireTime.timestamp(node["mediaKeyTimestamp"])?.seconds)
        object.append("expiresAt", known: [url, directPath].lazy.compactMap { $0 }.compactMap(Self.expiry).first)
        self.object = object
    }

    /// The size of the encrypted file: full blocks with padding, and ten bytes of MAC. Nil when it does not fit.
    static func encryptedLength(_ fileLength: Int64) -> Int64? {
        let (blocks, overflow) = (fileLength / 16 + 1).multipliedReportingOverflow(by: 16)
        let (length, overflowAgain) = blocks.addingReportingOverflow(10)
        return overflow || overflowAgain ? nil : length
    }

    /// The 32 bytes of the key. Some exports of iOS wrap them as protobuf's field 1 (`0A 20`).
    private static func key(_ json: JSON?) -> String? {
        guard let bytes = WireBytes.decode(json) else { return nil }
        if bytes.count == 34, bytes[0] == 0x0A, bytes[1] == 0x20 { return Base64.encode(Array(bytes.dropFirst(2))) }
        return bytes.count == 32 ? Base64.encode(bytes) : nil
    }

    private static func hash(_ json: JSON?) -> String? {
        WireBytes.decode(json).flatMap { $0.count == 32 ? Base64.encode($0) : nil }
    }

    /// When the address stops working, in seconds since the epoch: `oe=` in hexadecimal.
    private static func expiry(_ url: String) -> Int64? {
        guard let query = url.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        for item in query.split(separator: "&") where item.hasPrefix("oe=") {
            if let seconds = UInt32(item.dropFirst(3), radix: 16) { return Int64(seconds) }
        }
        return nil
    }
}
