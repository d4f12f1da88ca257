internal import RelayCore
internal import RelayJSON

/// Removes key material, thumbnails and embedded files from a node of a gateway's document. Every node that goes out
/// unmapped, as `raw` or as a part of a payload, passes through it.
enum MessageNodeRedaction {
    /// Names of members, as ``SensitiveMemberRules/folded(_:)`` writes them.
    private static let dropped: Set<String> = [
        "mediakey", "messagesecret", "jpegthumbnail", "pngthumbnail", "thumbnail", "base64", "streamingsidecar",
        "scanssidecar", "filesha256", "fileencsha256", "thumbnailsha256", "thumbnailencsha256", "contextinfo",
        "messagecontextinfo", "senderkeydistributionmessage",
    ]
    /// Nodes below this depth are dropped: no message needs them.
    private static let maximumDepth = 16

    static func scrub(_ node: JSON) -> JSON { scrub(node, depth: 0) }

    /// The members of an object that may go out.
    static func scrub(_ object: JSONObject) -> JSONObject { members(of: object, depth: 1) }

    private static func scrub(_ node: JSON, depth: Int) -> JSON {
        guard depth < maximumDepth else { return .null }
        switch node {
        case .object(let object): return .object(members(of: object, depth: depth + 1))
        case .array(let elements): return .array(elements.map { scrub($0, depth: depth + 1) })
        default: return node
        }
    }

    /// - Parameter depth: the depth of the members.
    private static func members(of object: JSONObject, depth: Int) -> JSONObject {
        var members = JSONObject()
        for (name, value) in object {
            if dropped.contains(SensitiveMemberRules.folded(name)) || SensitiveMemberRules.isKeyMaterial(name, value) {
                continue
            }
            members.append(name, scrub(value, depth: depth))
        }
        return members
    }
}
