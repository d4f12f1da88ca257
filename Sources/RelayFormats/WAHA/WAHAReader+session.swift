internal import RelayCore
internal import RelayJSON

/// `session.status`. It does not contain the QR code: `GET /api/{session}/auth/qr` returns it.
extension WAHAReader {
    func status(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent? {
        let status = try text(payload, "status", "the session's status, a text", at: pointer)
        let history = (payload["statuses"]?.array ?? []).compactMap(\.object)
        let current = history.last.flatMap { $0.text("status") == status ? $0 : nil }
        let previous = (current == nil ? history.last : history.dropLast().last)?.text("status")
        var facts = sessionFacts
        facts.at = GatewayTimeReader.timestamp(current?["timestamp"]) ?? sentAt
        facts.postingID = eventID
        switch status {
        case "SCAN_QR_CODE":
            return facts.code(image: nil, text: nil)
        case "WORKING":
            // WAHA repeats the status when WhatsApp restricts the account or lifts the restriction.
            return previous == "WORKING" ? nil : facts.connected(phone: me?.id.phone)
        case "STOPPED":
            return facts.disconnected(reason: status.lowercased(), code: nil)
        case "FAILED", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED":
            return facts.disconnected(reason: status.lowercased(), code: nil, recoverable: false)
        case "STARTING" where previous == "WORKING":
            return facts.disconnected(reason: "connection_lost", code: nil)
        default:
            return nil
        }
    }
}
