internal import Hummingbird
internal import RelayJSON

/// The JSON of a test's result in the two forms of stage-07, with the real latency. The status is 200 in both cases,
/// because the route itself succeeded.
enum WebhookTestView {
    static func response(_ result: WebhookTestResult) -> Response {
        if let error = result.error {
            let data: JSON = [
                "url": .string(result.url),
                "error": .string(error),
                "errorType": .orNull(result.errorType),
                "timeout": .bool(result.timeout),
                "networkError": .orNull(result.networkError),
            ]
            return envelope(false, data, "Webhook test failed: \(error)")
        }
        let status = [result.statusCode.map(String.init), result.statusText].compactMap { $0 }.joined(separator: " ")
        let data: JSON = [
            "url": .string(result.url),
            "statusCode": .orNull(result.statusCode),
            "statusText": .orNull(result.statusText),
            "ok": .bool(result.ok),
            "headers": .object(
                JSONObject(
                    result.headers.map {
                        ($0.name.lowercased(), JSON.string(CredentialRedaction.header($0.name, $0.value)))
                    })),
            "response": .orNull(result.response),
            "latency": JSON(result.latencyMs),
        ]
        return envelope(
            result.ok, data, result.ok ? "Webhook test successful" : "Webhook test failed: it answered \(status)")
    }

    private static func envelope(_ success: Bool, _ data: JSON, _ message: String) -> Response {
        APIResponseBuilder.json(["success": .bool(success), "data": data, "message": .string(message)])
    }
}
