internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayCore

/// Requires a valid API key for requests to `/api/`.
struct APIKeyAuthenticator: Sendable {
    let keys: APIKeyring
    let failures: AuthenticationFailureLimiter
    let clock: any RelayClock

    /// A valid key is accepted regardless of failures from the same address, so that other clients behind the same
    /// proxy cannot lock its owner out. The limit prevents that many failures fill the log and use CPU for hashing.
    func check(_ request: Request, context: APIRequestContext) throws(APIError) {
        let given = bearer(of: request)
        if let given, keys.accepts(given) { return }
        let address = context.channel.remoteAddress?.ipAddress ?? "unknown"
        if let wait = failures.take(for: address, at: clock.now) {
            throw APIError(
                status: 429,
                code: "too_many_requests",
                message: "Too many requests without a valid API key from this IP address.",
                retryAfter: wait
            )
        }
        throw APIError(
            status: 401,
            code: "unauthorized",
            message: given == nil
                ? "This route needs an API key: send it as `Authorization: Bearer zh_…`."
                : "The API key is not valid."
        )
    }

    private func bearer(of request: Request) -> Substring? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].drop { $0 == " " }
    }
}
