internal import RelayCore

/// A replay with its position in its selection.
struct StoredReplay: Sendable {
    var replay: Replay
    /// The last number that was handled.
    var cursor: Int64
    /// The last number that is selected.
    var last: Int64

    static let columns = """
        id, state, created_at, started_at, finished_at, rate, cursor, last, selected, done, skipped, deliveries,
        failures, origin, since, until, session, chat, type, source, pipeline, events, destinations, states,
        (SELECT count(*) FROM reruns WHERE replay = replays.id),
        (SELECT count(*) FROM replayed JOIN deliveries d ON d.id = delivery_id
            WHERE replay = replays.id AND d.state IN (0, 1))
        """

    init(_ row: ResultRow) throws {
        guard let state = Replay.State(rawValue: row.text(1)), let rate = RateLimit(row.text(5)),
            let from = ReplaySelection.StartPoint(rawValue: row.text(13))
        else { throw CorruptRowError("replay \(ReplayID(row.int(0))) is not what was written") }
        let selection = ReplaySelection(
            from: from,
            since: row.optionalTime(14),
            until: row.optionalTime(15),
            session: row.optionalText(16),
            chat: row.optionalText(17),
            type: row.optionalText(18).map { EventType($0) },
            source: row.optionalText(19),
            pipeline: row.optionalText(20),
            events: row.text(21).lines.compactMap { EventID($0) },
            destinations: row.text(22).lines.map { DestinationKey($0) },
            states: Set(row.text(23).lines.compactMap { DeliveryState(name: $0) })
        )
        replay = Replay(
            id: ReplayID(row.int(0)),
            selection: selection,
            rate: rate,
            state: state,
            createdAt: row.time(2),
            startedAt: row.optionalTime(3),
            finishedAt: row.optionalTime(4),
            selected: Int(row.int(8)),
            done: Int(row.int(9)),
            isTaken: row.int(6) >= row.int(7),
            skipped: Int(row.int(10)),
            running: Int(row.int(24)),
            queued: Int(row.int(25)),
            deliveries: Int(row.int(11)),
            failures: Int(row.int(12))
        )
        cursor = row.int(6)
        last = row.int(7)
    }
}

extension SQLValue {
    /// A list, with a line for each entry.
    static func text(lines: [String]) -> SQLValue { .text(lines.joined(separator: "\n")) }
}

extension String {
    /// The entries of a list with a line for each.
    var lines: [String] { split(separator: "\n").map(String.init) }
}
