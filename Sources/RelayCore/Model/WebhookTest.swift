package import RelayJSON

extension ParsedEvent {
    /// The payload of `webhook.test`, which the API sends to a webhook at once.
    package static func webhookTestPayload(at moment: Timestamp) -> JSONObject {
        ["message": "This is a test of the webhook.", "timestamp": .int(moment.seconds)]
    }
}
