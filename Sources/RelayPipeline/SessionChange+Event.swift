internal import RelayCore
internal import RelayJSON

extension SessionChange {
    /// What a `session.*` event says about its session; nil for any other event. It is stored whatever the pipelines
    /// do, because the relay itself keeps the session's status.
    init?(of event: Event) {
        let change: Change
        switch event.type {
        case .sessionQRUpdated: change = .qrUpdated(code: event.payload["qr_code"]?.string)
        case .sessionConnected: change = .connected(phoneNumber: event.payload["phone_number"]?.string)
        case .sessionDisconnected: change = .disconnected(reason: event.payload["reason"]?.string)
        default: return nil
        }
        self.init(session: event.session, change: change, at: event.occurredAt ?? event.receivedAt)
    }
}
