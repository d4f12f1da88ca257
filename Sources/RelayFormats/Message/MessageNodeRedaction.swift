internal import RelayJSON

/// Removes keys, thumbnails and embedded files from a node of a gateway's document, for the payload of unmapped
/// messages.
enum MessageNodeRedaction {
    private static let dropped: Set<String> = [
        "mediaKey", "messageSecret", "jpegThumbnail", "pngThumbnail", "thumbnail", "base64", "streamingSidecar",
        "scansSidecar", "fileSha256", "fileEncSha256", "thumbnailSha256", "thumbnailEncSha256", "contextInfo",
        "messageContextInfo", "senderKeyDistributionMessage",
    ]
    /// Nodes below this depth are dropped: no message needs them.
    private static let maximumDepth = 16

    static func scrub(_ node: JSON, depth: Int = 0) -> JSON {
        guard depth < maximumDepth else { return .null }
        switch node {
        case .object(let object):
            var scrubbed = JSONObject()
            for (key, value) in object where !dropped.contains(key) {
                scrubbed.append(key, scrub(value, depth: depth + 1))
            }
            return .object(scrubbed)
        case .array(let elements):
            return .array(elements.map { scrub($0, depth: depth + 1) })
        default:
            return node
        }
    }
}
