internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// A failed request to Chatwoot, classified by how to handle it (reference chatwoot.md, 6).
struct ChatwootError: Error, Sendable {
    enum Code: Sendable, Equatable {
        /// It may pass: 408, 429, 5xx, too many messages at once. Whether it was done is not known.
        case transient
        /// The named object no longer exists: 404.
        case gone
        /// The token, the plan or the account is rejected, so every request fails until it is fixed: 401, 402, 403,
        /// 3xx.
        case denied
        /// The request itself is rejected: 422 and other 4xx.
        case invalid
        /// No response arrived. Chatwoot may have done what was asked.
        case unanswered(RequestFailureReason)
    }

    let code: Code
    /// The HTTP status; nil where no answer came, or it is not the reason.
    let status: Int?
    /// A human-readable description.
    let message: String
    /// The attributes that a 422 names: `phone_number`, `name`.
    var attributes: Set<String> = []
    var retryAfter: Duration?
    /// The start of the response body.
    var answer: String?

    init(code: Code, status: Int?, message: String) {
        self.code = code
        self.status = status
        self.message = message
    }

    init(_ failure: HTTPClientError) {
        self.init(code: .unanswered(RequestFailureReason(failure.code)), status: nil, message: failure.message)
    }

    /// - Parameter what: the request, `POST /api/v1/…`.
    init(_ response: HTTPClientResponse, doing what: String) {
        let body = try? JSON(parsing: response.body)
        let said =
            body?["message"]?.string ?? body?["error"]?.string ?? body?["errors"]?[0]?.string
            ?? body?["description"]?.string
        var told = "\(what): Chatwoot answered \(response.status)" + (said.map { ": " + $0.prefix(300) } ?? "")
        let code: Code
        switch response.status {
        case 404: code = .gone
        case 401, 402, 403:
            code = .denied
            told += ". " + Self.remedy(response.status, said)
        case 300..<400:
            code = .denied
            told += "; redirects are not followed: write the final URL in url:"
        case 408, 425, 429, 500...599: code = .transient
        case 422 where said?.contains("Too many messages") == true: code = .transient
        default: code = .invalid
        }
        self.init(code: code, status: response.status, message: told)
        attributes = Set((body?["attributes"]?.array ?? []).compactMap(\.string))
        answer = response.excerpt
        retryAfter = response.header("retry-after").flatMap { Int64($0) }.map { .seconds($0) }
        // The limit is counted over a minute.
        if response.status == 422, code == .transient { retryAfter = .seconds(15) }
    }

    private static func remedy(_ status: Int, _ said: String?) -> String {
        switch (status, said) {
        case (402, _): "The account's plan does not allow it."
        case (401, "You need to sign in or sign up before continuing."?):
            "The token did not arrive: a proxy in front of Chatwoot may drop the header api-access-token."
        case (401, "You are not authorized to do this action"?):
            "The token's owner is no member of the inbox: add the agent to it in Chatwoot, then resume the destination."
        case (401, _): "Check token: and account:. A changed one resumes the destination."
        default: "The inbox's type must be API, and the token's owner a member; then resume the destination."
        }
    }
}

extension AttemptResult {
    /// - Parameter target: the host that the request was sent to.
    init(_ failure: ChatwootError, from target: String, after duration: Duration) {
        let outcome: Outcome =
            switch failure.code {
            case .unanswered(let kind): .failed(kind)
            // These two are retried although the policy retries no 4xx.
            case .transient where failure.status == 422, .gone: .failed(.other)
            case .transient, .denied, .invalid: .refused
            }
        self.init(
            outcome: outcome,
            status: failure.status,
            retryAfter: failure.retryAfter,
            error: failure.message,
            response: failure.answer,
            target: target,
            duration: duration
        )
        pausesDestination = failure.code == .denied
    }
}
