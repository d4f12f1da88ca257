internal import RelayCore
internal import RelayJSON

/// The JSON of a node in the API.
enum NodeView {
    static func json(_ node: NodeInformation) -> JSON {
        [
            "number": .int(node.number),
            "name": .string(node.name),
            "url": .orNull(node.url),
            "is_this": .bool(node.isThis),
            "state": .string(node.state.rawValue),
            "version": .string(node.version),
            "configuration_hash": .string(node.configurationHash),
            "has_other_key": .bool(node.hasOtherKey),
            "started_at": .orNull(node.startedAt),
            "seen_at": .orNull(node.seenAt),
            // One decimal place.
            "share_percent": JSON((node.share * 10).rounded() / 10),
            "queued": .orNull(node.queued),
            "in_flight": .orNull(node.inFlight),
            "lag_ms": node.lag.map { .int($0.milliseconds) } ?? .null,
            "warnings": .strings(node.warnings),
        ]
    }
}
