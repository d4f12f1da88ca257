internal import RelayCore
internal import RelayJSON

/// `connection.update`, also in the form of baileys-api (`qrDataUrl`, `error`).
extension BaileysReader {
    func connection(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        switch data.text("connection") {
        case "open": return [opened(data)]
        case "close": return [closed(data)]
        default: return code(data).map { [$0] } ?? []
        }
    }

    private func code(_ data: JSONObject) -> ParsedEvent? {
        if let text = data.text("qr") { return sessionFacts.code(image: nil, text: text) }
        return data.text("qrDataUrl").map { sessionFacts.code(image: $0, text: nil) }
    }

    private func opened(_ data: JSONObject) -> ParsedEvent {
        let account = (data["user"] ?? data["me"])?.object
        var event = sessionFacts.connected(phone: account?.jid("id")?.phone ?? ownPhone)
        event.payload.append("error", known: data.text("error"))
        return event
    }

    private func closed(_ data: JSONObject) -> ParsedEvent {
        let last = data["lastDisconnect"]?.object
        let error = last?["error"]?.object
        let output = error?["output"]?.object
        var facts = sessionFacts
        facts.at = GatewayTimeReader.timestamp(last?["date"])
        return facts.disconnected(
            reason: error?.text("message") ?? output?["payload"]?.object?.text("message") ?? data.text("error"),
            code: GatewayNumberReader.integer(output?["statusCode"] ?? output?["payload"]?["statusCode"])
        )
    }
}
