internal import RelayCore
internal import RelayJSON

/// The JSON of rejected documents in the API.
enum RejectedDocumentView {
    /// One document of a batch, in the answer to its post.
    static func part(_ document: RejectedDocument) -> JSON {
        [
            "index": .orNull(document.index),
            "pointer": .orNull(document.pointer),
            "reason": .string(document.reason),
        ]
    }

    static func object(_ kept: KeptRejectedDocument) -> JSONObject {
        let document = kept.document
        return [
            "id": .string(kept.id.description),
            "source": .string(kept.source),
            "session_id": .orNull(kept.session),
            "code": .string(document.code.rawValue),
            "reason": .string(document.reason),
            "index": .orNull(document.index),
            "pointer": .orNull(document.pointer),
            "size": .orNull(document.size),
            "occurrence_count": .orNull(kept.occurrences),
            "first_received_at": .orNull(kept.firstReceivedAt),
            "last_received_at": .orNull(kept.lastReceivedAt),
        ]
    }

    static func json(_ kept: KeptRejectedDocument) -> JSON { .object(object(kept)) }

    /// With the excerpt of the document.
    static func full(_ kept: KeptRejectedDocument) -> JSON {
        var object = object(kept)
        object.append("document", kept.document.excerpt ?? .null)
        return .object(object)
    }
}
