import RelayChatwoot
import RelayConfig
import RelayCore
import RelayJSON
import Testing

/// The time at which the tests plan.
let now = Timestamp(seconds: 1_763_030_000)

/// The options in a configuration.
func chatwoot(_ more: String = "") throws -> ChatwootDestinationOptions {
    let registry = ConfigurationKindRegistry(
        stages: [], destinations: [ChatwootDestinationOptions.self], formats: [], transports: [])
    let yaml = """
        type: chatwoot
        \(ChatwootDestinationOptions.example)
        \(more)
        """
    let destination = try registry.destination(yaml: yaml, environment: ["CHATWOOT_TOKEN": "s3cret"])
    return try #require(destination.options as? ChatwootDestinationOptions)
}

/// The mistake in the options; nil when they are valid.
func mistake(_ yaml: String) -> String? {
    do {
        let registry = ConfigurationKindRegistry(
            stages: [], destinations: [ChatwootDestinationOptions.self], formats: [], transports: [])
        _ = try registry.destination(yaml: "type: chatwoot\n" + yaml)
        return nil
    } catch {
        return error.diagnostics.map(\.description).joined(separator: "\n")
    }
}

/// The body of a delivery.
func body(_ event: String, _ payload: JSON, session: String = "demo") -> [UInt8] {
    let envelope: JSON = [
        "event": .string(event), "sessionId": .string(session), "payload": payload,
        "timestamp": "2025-11-13T10:33:20.000Z", "deliveryId": "webhook-demo-1-0001",
    ]
    return envelope.bytes
}

func plan(_ event: String, _ payload: JSON, options: String = "") throws -> ChatwootForwardPlan {
    try ChatwootActionPlanner(try chatwoot(options)).plan(body(event, payload), at: now)
}

func plan(_ payload: [String: String], options: String = "") throws -> ChatwootForwardPlan {
    try plan("message.received", .object(JSONObject(payload.map { ($0.key, .string($0.value)) })), options: options)
}

/// A payload of a message that the customer 5511999999001 has just sent, with the given members replaced.
func payload(_ members: String) throws -> JSON {
    payload(try JSON(parsing: "{\(members)}").object ?? [:])
}

func payload(_ members: JSONObject) -> JSON {
    var object: JSONObject = [
        "messageId": "3EB0A1", "chatId": "5511999999001@s.whatsapp.net", "from": "5511999999001@s.whatsapp.net",
        "contactName": "Maria Silva", "isGroup": false, "fromMe": false, "chatKind": "direct",
        "timestamp": 1_763_030_000, "wa_message_id": "3EB0A1",
    ]
    for (key, value) in members { object[key] = value }
    return .object(object)
}

/// The only message that an event is converted to.
func message(_ event: String, _ members: String, options: String = "") throws -> NewChatwootMessage {
    let actions = try plan(event, payload(members), options: options).actions
    guard actions.count == 1, case .message(let message) = actions.first else {
        throw SingleMessageError(actions: actions)
    }
    return message
}

func message(_ members: String, options: String = "") throws -> NewChatwootMessage {
    try message("message.received", members, options: options)
}

struct SingleMessageError: Error {
    let actions: [ChatwootForwardAction]
}
