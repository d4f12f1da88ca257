internal import RelayCore
internal import RelayJSON

/// A session as its table has it.
struct SessionRow: SQLTableRow {
    static let table = "sessions"
    static let columns = [
        "id", "label", "status", "phone_number", "qr_code", "qr_generated_at", "connected_at", "disconnected_at",
        "disconnect_reason", "metadata", "created_at", "updated_at", "revision",
    ]

    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    var values: [SQLValue] {
        [
            .text(session.id), SQLValue(session.label), .text(session.status.rawValue), SQLValue(session.phoneNumber),
            SQLValue(session.qrCode), SQLValue(session.qrGeneratedAt), SQLValue(session.connectedAt),
            SQLValue(session.disconnectedAt), SQLValue(session.disconnectReason),
            .blob(JSON.object(session.metadata).bytes), .int(session.createdAt.milliseconds),
            .int(session.updatedAt.milliseconds), .int(session.revision),
        ]
    }

    init(_ row: ResultRow) throws {
        var session = Session(
            id: row.text(0), label: row.optionalText(1), metadata: try row.object(9), createdAt: row.time(10)
        )
        session.status = SessionStatus(rawValue: row.text(2)) ?? .unknown
        session.phoneNumber = row.optionalText(3)
        session.qrCode = row.optionalText(4)
        session.qrGeneratedAt = row.optionalTime(5)
        session.connectedAt = row.optionalTime(6)
        session.disconnectedAt = row.optionalTime(7)
        session.disconnectReason = row.optionalText(8)
        session.updatedAt = row.time(11)
        session.revision = row.int(12)
        self.session = session
    }
}
