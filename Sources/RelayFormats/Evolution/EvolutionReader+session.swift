internal import RelayCore
internal import RelayJSON

/// `connection.update`, `status.instance`, `qrcode.updated`. They contain no time, so the time of receipt is used.
extension EvolutionReader {
    /// `{state, statusReason, wuid?}`. Evolution does not report a close from which it recovers by itself.
    func connection(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        let code = GatewayNumberReader.integer(data["statusReason"]).flatMap { $0 == 200 ? nil : $0 }
        switch data.text("state") ?? data.text("status") {
        case "open":
            let phone = data.jid("wuid")?.phone ?? baileys.ownPhone
            return [sessionFacts.connected(phone: phone)]
        case "close", "closed": return [sessionFacts.disconnected(reason: nil, code: code)]
        // Nobody scanned a code in time; the close code, 428, is less specific.
        case "refused":
            var event = sessionFacts.disconnected(reason: nil, code: code, recoverable: false)
            event.payload["reason"] = "refused"
            return [event]
        default: return []
        }
    }

    /// `{status: "closed", disconnectionReasonCode, disconnectionAt, …}`: the session is closed permanently.
    func instanceStatus(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        guard data.text("status") == "closed" else { return [] }
        var facts = sessionFacts
        facts.at = GatewayTimeReader.timestamp(data["disconnectionAt"])
        let code = GatewayNumberReader.integer(data["disconnectionReasonCode"])
        return [facts.disconnected(reason: nil, code: code, recoverable: false)]
    }

    /// `{qrcode: {base64, code, pairingCode}}`; after the last code `{message, statusCode}`.
    func code(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        let code = data["qrcode"]?.object ?? data
        let image = code.text("base64")
        let text = code.text("code")
        guard image != nil || text != nil else {
            guard data.contains("statusCode") else { return [] }
            return [sessionFacts.disconnected(reason: "qr_timeout", code: nil, recoverable: false)]
        }
        let pairingCode = code.text("pairingCode") ?? data.text("pairingCode")
        return [sessionFacts.code(image: image, text: text, pairingCode: pairingCode)]
    }
}
