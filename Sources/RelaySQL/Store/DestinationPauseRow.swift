internal import RelayCore

/// A destination's pause as its table has it.
struct DestinationPauseRow: SQLTableRow {
    static let table = "destination_pauses"
    static let columns = ["destination", "reason", "since", "receiver"]

    let pause: DestinationPause

    init(_ pause: DestinationPause) {
        self.pause = pause
    }

    var values: [SQLValue] {
        [
            SQLValue(pause.destination), .text(pause.reason.rawValue), .int(pause.since.milliseconds),
            SQLValue(pause.receiver),
        ]
    }

    init(_ row: ResultRow) {
        pause = DestinationPause(
            destination: row.destination(0),
            reason: DestinationPause.Reason(rawValue: row.text(1)) ?? .manual,
            since: row.time(2),
            receiver: row.optionalText(3)
        )
    }
}
