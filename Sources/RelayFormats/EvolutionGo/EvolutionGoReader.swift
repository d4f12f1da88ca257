internal import RelayCore
internal import RelayJSON

/// Turns one event of Evolution Go into events of the relay. Converts whatsmeow's events to Baileys' form and passes
/// them to ``BaileysReader``.
struct EvolutionGoReader: GatewayEventReader {
    let baileys: BaileysReader
    /// Reads the wiki's form, which is that of Evolution API.
    let evolution: EvolutionReader
    /// The envelope's `state`, next to `data`, for receipts and presences.
    let state: String?

    var gateway: String { baileys.gateway }
    var session: String { baileys.session }
    var receivedAt: Timestamp { baileys.receivedAt }
    var batch: BatchDocumentReader { baileys.batch }

    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader) {
        let gateway = EvolutionGoFormat.gateway
        baileys = BaileysReader(
            session: session, receivedAt: receivedAt, batch: batch, account: nil, gateway: gateway)
        evolution = EvolutionReader(
            session: session, receivedAt: receivedAt, envelope: JSONObject(), batch: batch, gateway: gateway)
        state = envelope.text("state")
    }

    /// Event names in lower case.
    static let handled: Set<String> = [
        "message", "sendmessage", "receipt", "readreceipt", "historysync", "qrcode", "qrsuccess", "connected",
        "disconnected", "loggedout", "streamreplaced", "qrtimeout", "temporaryban", "connectfailure", "calloffer",
        "calloffernotice",
        "callaccept", "callreject", "callterminate", "call", "joinedgroup", "groupinfo", "groupupdate", "pushname",
        "contact", "picture", "presence", "chatpresence",
    ]

    func events(named name: String, data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard Self.handled.contains(name) else { return [] }
        if let events = sessionEvents(name, data) { return events }
        let data = try object(data, at: pointer)
        switch name {
        case "message", "sendmessage": return try message(data, isSent: name == "sendmessage", at: pointer)
        case "receipt", "readreceipt": return try receipt(data, at: pointer)
        case "historysync": return try history(data, at: pointer)
        case "call": return try wikiCall(data, at: pointer)
        case "joinedgroup": return try joinedGroup(data, at: pointer)
        case "groupinfo": return try groupInfo(data, at: pointer)
        case "groupupdate": return try evolution.group(data, at: pointer)
        case "pushname", "contact", "picture": return try contact(name, data, at: pointer)
        case "presence", "chatpresence": return try presence(data, at: pointer)
        default: return try call(name, data, at: pointer)
        }
    }
}
