internal import RelayCore
internal import RelayJSON

/// The JSON of replays in the API.
enum ReplayView {
    static func json(_ replay: Replay) -> JSON { .object(object(replay)) }

    static func object(_ replay: Replay) -> JSONObject {
        [
            "id": .string(replay.id.description),
            "state": .string(replay.state.rawValue),
            "from": .string(replay.selection.from.rawValue),
            "selection": selection(replay.selection),
            "rate": .string(replay.rate.description),
            "selected": .orNull(replay.selected),
            "done": .orNull(replay.done),
            "skipped": .orNull(replay.skipped),
            "remaining": .orNull(replay.remaining),
            "deliveries": .orNull(replay.deliveries),
            "queued": .orNull(replay.queued),
            "failures": .orNull(replay.failures),
            "created_at": .orNull(replay.createdAt),
            "started_at": .orNull(replay.startedAt),
            "finished_at": .orNull(replay.finishedAt),
        ]
    }

    /// The parts of the selection that are set.
    private static func selection(_ selection: ReplaySelection) -> JSON {
        var object = JSONObject()
        let texts: [(String, String?)] = [
            ("since", selection.since?.iso8601), ("until", selection.until?.iso8601), ("session", selection.session),
            ("chat", selection.chat), ("event_type", selection.type?.name), ("source", selection.source),
            ("pipeline", selection.pipeline),
        ]
        for (name, text) in texts { if let text { object.append(name, .string(text)) } }
        if !selection.events.isEmpty { object.append("events", .strings(selection.events.map(\.description))) }
        if !selection.destinations.isEmpty {
            object.append("destinations", .strings(selection.destinations.map(\.text)))
        }
        if selection.from == .deliver { object.append("states", .strings(selection.states.map(\.name).sorted())) }
        return .object(object)
    }

    /// What sending again would do: counts by destination, and the first deliveries.
    static func dryRun(_ estimate: ReplayEstimate, first: [DeliveryDetails], warnings: [String]) -> JSON {
        [
            "dry_run": true,
            "from": .string(ReplaySelection.StartPoint.deliver.rawValue),
            "selected": .orNull(estimate.count),
            "destinations": .array(
                estimate.shares.map { share in
                    [
                        "destination": .string(share.destination.text), "state": .string(share.state.name),
                        "deliveries": .orNull(share.count),
                    ]
                }),
            "examples": .array(first.map { DeliveryView.json($0, wait: nil) }),
            "warnings": .strings(warnings),
        ]
    }

    /// What running again would bring, as far as it was tried.
    static func dryRun(_ estimate: ReplayEstimate, _ preview: ReplayPreviewResult, warnings: [String]) -> JSON {
        [
            "dry_run": true,
            "from": .string(ReplaySelection.StartPoint.start.rawValue),
            "selected": .orNull(estimate.count),
            "tried": .orNull(preview.events),
            "untaken": .orNull(preview.untaken),
            "destinations": .array(
                preview.deliveries.sorted { $0.key < $1.key }.map { destination, count in
                    ["destination": .string(destination.text), "deliveries": .orNull(count)]
                }),
            "drops": endings(preview.drops),
            "failures": endings(preview.failures),
            "examples": .array(
                preview.examples.map { example in
                    [
                        "event": .string(example.event.description), "pipeline": .string(example.pipeline),
                        "destination": .string(example.destination.text), "body": example.body,
                    ]
                }),
            "warnings": .strings(warnings),
        ]
    }

    /// The most frequent first.
    private static func endings(_ counts: [PipelineTermination: Int]) -> JSON {
        let sorted = counts.sorted { ($1.value, $0.key.stage, $0.key.reason) < ($0.value, $1.key.stage, $1.key.reason) }
        return .array(
            sorted.map { ending, count in
                [
                    "pipeline": .string(ending.pipeline), "stage": .string(ending.stage),
                    "reason": .string(ending.reason), "events": .orNull(count),
                ]
            })
    }
}
