internal import RelayCore
internal import RelayJSON

/// The parsed body of a delivery, which is the same for every destination: `{event, sessionId, payload, timestamp,
/// deliveryId}`.
struct DeliveryEnvelope {
    let type: EventType
    let session: String
    private(set) var payload: JSONObject
    /// The time at which the relay accepted the event.
    let receivedAt: Timestamp?
    let deliveryID: String

    init(_ body: [UInt8]) throws(ChatwootPlanError) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw ChatwootPlanError(message: "the delivery's body is no JSON: \(error.message)")
        }
        guard let object = json.object else {
            throw ChatwootPlanError(message: "the delivery's body is no JSON object")
        }
        guard let type = object.text("event") else { throw Self.missing("event", "the event's type, a text") }
        guard let payload = object["payload"]?.object else { throw Self.missing("payload", "an object") }
        self.type = EventType(type)
        session = object.text("sessionId") ?? ""
        self.payload = payload
        receivedAt = object.text("timestamp").flatMap { Timestamp(iso8601: $0) }
        deliveryID = object.text("deliveryId") ?? ""
    }

    /// The chat's hidden identity, when the event names the chat by it.
    var hiddenChat: String? { payload.text("chatId").flatMap { ChatIDRules.isLID($0) ? $0 : nil } }

    /// Names the chat by the phone behind its hidden identity. The identity stays as `chatLid`.
    mutating func nameChat(byPhone phone: String) {
        let lid = hiddenChat
        _ = LIDResolver.resolve(chat: lid, payload: &payload) { $0 == lid ? phone : nil }
    }

    private static func missing(_ name: String, _ what: String) -> ChatwootPlanError {
        ChatwootPlanError(
            message: "/\(name) of the delivery's body must be \(what): a destination of type chatwoot takes events as "
                + "they are, without a transform stage that changes their envelope")
    }
}

extension JSONObject {
    /// The string value of a member; nil when it is not a string, or empty.
    func text(_ key: String) -> String? {
        self[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    func flag(_ key: String) -> Bool { self[key]?.bool == true }

    func jid(_ key: String) -> JID? { text(key).flatMap { JID($0) } }

    /// A time in seconds since the epoch; nil when the value is not one.
    func moment(_ key: String) -> Timestamp? {
        guard let seconds = self[key]?.int, (1..<253_402_300_800).contains(seconds) else { return nil }
        return Timestamp(seconds: seconds)
    }

    func objects(_ key: String) -> [JSONObject] { (self[key]?.array ?? []).compactMap(\.object) }
    func texts(_ key: String) -> [String] { (self[key]?.array ?? []).compactMap(\.string).filter { !$0.isEmpty } }

    /// A number as text, exactly as written; nil for anything else.
    func number(_ key: String) -> String? {
        switch self[key] {
        case .int(let value): String(value)
        case .number(let text): text
        default: nil
        }
    }
}
