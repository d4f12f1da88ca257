internal import RelayCore
internal import RelayJSON

/// The JSON of a finished delivery in stage-07's history of webhook events.
enum WebhookHistoryView {
    static func json(_ delivery: DeliveryDetails) -> JSON {
        let isDelivered = delivery.state == .delivered
        var payload: JSONObject = [
            "event": .string(delivery.type.name),
            "webhookUrl": .string(delivery.lastTarget ?? delivery.destination.text),
        ]
        if isDelivered {
            payload.append("status", .orNull(delivery.lastStatus))
        } else {
            payload.append("error", .string(error(of: delivery)))
        }
        payload.append("attempt", .orNull(delivery.attemptCount))
        return [
            "id": .string(delivery.name),
            "eventType": isDelivered ? "webhook.delivered" : "webhook.failed",
            "payload": .object(payload),
            "severity": isDelivered ? "debug" : "warn",
            "created_at": .orNull(delivery.finishedAt ?? delivery.createdAt),
        ]
    }

    private static func error(of delivery: DeliveryDetails) -> String {
        if let status = delivery.lastStatus { return "Webhook returned status \(status)" }
        return delivery.lastError ?? delivery.deadReason?.rawValue ?? "unknown"
    }
}
