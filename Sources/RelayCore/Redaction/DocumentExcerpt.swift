package import RelayJSON

/// A gateway's document as an operator is shown it: without secrets and key material, with long texts and lists shortened.
package enum DocumentExcerpt {
    /// Takes the place of a secret.
    package static let mark = "***"
    /// The maximum size of an excerpt, in bytes.
    package static let maximumSize = 16 << 10

    private static let maximumText = 1000
    private static let maximumElements = 200
    private static let maximumDepth = 32

    /// - Returns: nil when the excerpt is larger than ``maximumSize``.
    package static func of(_ document: JSON) -> JSON? {
        let excerpt = shortened(document, depth: 0)
        guard excerpt.bytes.count <= maximumSize else { return Optional.none }
        return excerpt
    }

    /// The document with the mark in place of each member with a name.
    package static func hiding(_ name: String, in document: JSON) -> JSON {
        switch document {
        case .object(let object):
            .object(JSONObject(object.map { ($0.key, $0.key == name ? .string(mark) : hiding(name, in: $0.value)) }))
        case .array(let elements): .array(elements.map { hiding(name, in: $0) })
        default: document
        }
    }

    private static func shortened(_ value: JSON, depth: Int) -> JSON {
        guard depth < maximumDepth else { return .string("…") }
        switch value {
        case .string(let text):
            let size = text.utf8.count
            return size <= maximumText ? value : .string("\(text.prefix(100))… (\(size) bytes)")
        case .array(let elements):
            var kept = elements.prefix(maximumElements).map { shortened($0, depth: depth + 1) }
            if elements.count > kept.count { kept.append(.string("… (\(elements.count) elements)")) }
            return .array(kept)
        case .object(let object):
            let members = object.map { name, value in
                (name, SensitiveMemberRules.isSecret(name, value) ? .string(mark) : shortened(value, depth: depth + 1))
            }
            return .object(JSONObject(members))
        default:
            return value
        }
    }
}
