internal import RelayCore
internal import RelayJSON

/// Events of the session. whatsmeow reports no time for them.
extension EvolutionGoReader {
    /// Nil when the event is not about the session.
    func sessionEvents(_ name: String, _ data: JSON) -> [ParsedEvent]? {
        let data = data.object ?? JSONObject()
        // `Reason` is a field of whatsmeow's Go struct; Evolution Go adds a text.
        let code = GatewayNumberReader.integer(data["Reason"])
        switch name {
        case "qrcode":
            let image = data.text("qrcode") ?? data.text("base64") ?? data["qrcode"]?.object?.text("base64")
            let text = data.text("code") ?? data["qrcode"]?.object?.text("code")
            return image == nil && text == nil ? [] : [sessionFacts.code(image: image, text: text)]
        // The code was scanned. whatsmeow now connects, and reports that as `Connected`.
        case "qrsuccess":
            return []
        case "connected":
            return [sessionFacts.connected(phone: data.jid("jid")?.phone)]
        case "disconnected":
            return [sessionFacts.disconnected(reason: "connection_closed", code: nil)]
        case "loggedout":
            return [sessionFacts.disconnected(reason: "logged_out", code: code, recoverable: false)]
        case "streamreplaced":
            return [sessionFacts.disconnected(reason: "replaced", code: nil)]
        case "qrtimeout":
            return [sessionFacts.disconnected(reason: "qr_timeout", code: nil, recoverable: false)]
        case "temporaryban":
            return [sessionFacts.disconnected(reason: "temporary_ban", code: nil)]
        case "connectfailure":
            return [sessionFacts.disconnected(reason: "connect_failure", code: code)]
        default:
            return nil
        }
    }
}
