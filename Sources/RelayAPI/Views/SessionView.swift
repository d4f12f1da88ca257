internal import RelayCore
internal import RelayJSON

/// The JSON of a session in the API.
enum SessionView {
    /// - Parameter webhooks: the session's webhooks, oldest first; `webhook_url` is the URL of the first.
    static func json(_ session: Session, webhooks: [SessionWebhook]) -> JSON {
        [
            "id": .string(session.id),
            "label": .orNull(session.label),
            "status": .string(session.status.rawValue),
            "phone_number": .orNull(session.phoneNumber),
            "webhook_url": .orNull(webhooks.first?.url),
            "webhook_count": .orNull(webhooks.count),
            "metadata": .object(session.metadata),
            "connected_at": .orNull(session.connectedAt),
            "disconnected_at": .orNull(session.disconnectedAt),
            "disconnect_reason": .orNull(session.disconnectReason),
            "created_at": .orNull(session.createdAt),
            "updated_at": .orNull(session.updatedAt),
        ]
    }

    static func status(_ session: Session) -> JSON {
        [
            "id": .string(session.id),
            "status": .string(session.status.rawValue),
            "phone_number": .orNull(session.phoneNumber),
            "has_qr_code": .bool(session.scannableCode != nil),
            "connected_at": .orNull(session.connectedAt),
            "disconnected_at": .orNull(session.disconnectedAt),
            "disconnect_reason": .orNull(session.disconnectReason),
            "updated_at": .orNull(session.updatedAt),
        ]
    }
}

extension Session {
    /// The QR code to scan; nil for a connected session.
    var scannableCode: String? { status == .connected ? nil : qrCode }
}
