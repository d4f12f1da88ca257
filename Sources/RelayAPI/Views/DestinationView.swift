internal import RelayCore
internal import RelayJSON

/// The JSON of a destination in the API.
enum DestinationView {
    static func json(_ destination: DestinationStatus) -> JSON {
        let counts = DeliveryState.allCases.map { ($0.name, JSON.orNull(destination.counts[$0] ?? 0)) }
        return [
            "key": .string(destination.key.text),
            "kind": .orNull(destination.kind),
            "target": .orNull(destination.target),
            "session": .orNull(destination.session),
            "state": .string(destination.state.rawValue),
            "ordering": .orNull(destination.ordering?.rawValue),
            "max_in_flight": .orNull(destination.maxInFlight),
            "rate_limit": .orNull(destination.rateLimit?.description),
            "batch": destination.batch.map(batch) ?? .null,
            "counts": .object(JSONObject(counts)),
            "oldest_queued_at": .orNull(destination.oldestQueuedAt),
            "help": .orNull(destination.help),
            "in_flight": .orNull(destination.inFlight),
            "pause": pause(destination),
            "release": destination.release.map { release in
                ["rate": .string(release.rate.description), "remaining": .orNull(release.remaining)]
            } ?? .null,
            "waits_for": destination.wait.map(DeliveryView.json) ?? .null,
            "breaker": [
                "state": .string(destination.breaker.state.rawValue),
                "consecutive_failures": .orNull(destination.breaker.consecutiveFailures),
                "next_probe_at": .orNull(destination.breaker.nextProbeAt),
            ],
        ]
    }

    /// What a destination holds, and since when. A webhook that is disabled has no moment.
    private static func pause(_ destination: DestinationStatus) -> JSON {
        guard destination.pause != nil || destination.state == .paused else { return .null }
        return [
            "reason": .string(destination.kind == nil ? "removed" : reason(destination.pause)),
            "since": .orNull(destination.pause?.since),
            "held": .orNull(destination.counts[.queued] ?? 0),
            "oldest_held_at": .orNull(destination.oldestQueuedAt),
        ]
    }

    private static func reason(_ pause: DestinationPause?) -> String {
        guard let pause, pause.reason != .absent else { return "disabled" }
        return pause.reason.rawValue
    }

    private static func batch(_ policy: BatchPolicy) -> JSON {
        [
            "max_events": .orNull(policy.maxEvents), "max_wait_ms": .orNull(Int(policy.maxWait.milliseconds)),
            "max_bytes": .orNull(policy.maxBytes),
        ]
    }
}
