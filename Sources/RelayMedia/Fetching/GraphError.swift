internal import RelayCore
internal import RelayJSON

/// An error response of Meta's Graph API. The code in it decides what it means; the HTTP status is 400 for most.
struct GraphError {
    let status: Int
    let code: Int64
    let subcode: Int64?
    let isTransient: Bool
    /// Meta's text for developers, on one line.
    let message: String

    private static let longestMessage = 300

    /// Nil when the response is not an error of Graph.
    init?(_ answer: MediaDownloader.Answer) {
        guard answer.status >= 400, let error = (try? JSON(parsing: answer.bytes))?["error"],
            let code = error["code"]?.int
        else { return nil }
        status = answer.status
        self.code = code
        subcode = error["error_subcode"]?.int
        isTransient = error["is_transient"]?.bool ?? false
        let text = error["error_data"]?["details"]?.string ?? error["error_user_msg"]?.string
        let words = [error["message"]?.string, text].compactMap { $0 }.joined(separator: "; ")
        message = words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Limits of calls: of the app, the user, the page, the account and the business; and of the Cloud API.
    private static let rateLimits: Set<Int64> = [4, 17, 32, 341, 613, 80007, 80008, 130429, 131048, 131056]
    /// Unknown error, service not available, and the Cloud API's own.
    private static let temporary: Set<Int64> = [1, 2, 131000, 131016, 133004]
    /// The token is not valid, or has expired.
    private static let tokens: Set<Int64> = [102, 190, 467]

    /// The error of the fetch.
    /// - Parameter servers: Meta's, with the option that has the token.
    func failure(of servers: AllowedMediaServers) -> MediaError {
        let number = subcode.map { "\(code)/\($0)" } ?? "\(code)"
        let text = shortened(without: servers.credentials.map(\.value))
        let told = "Meta answered with error \(number)" + (text.isEmpty ? "" : ": \(text)")
        let token = servers.token ?? "the access token"
        if Self.rateLimits.contains(code) {
            return MediaError(.unavailable, "\(told); the limit of calls is reached")
        }
        if Self.tokens.contains(code) {
            return MediaError(.refused, "\(told); put a valid access token into \(token)")
        }
        if isPermission {
            return MediaError(
                .refused,
                "\(told); the access token in \(token) has no permission for this file: it needs "
                    + "whatsapp_business_messaging, and its system user needs the account that received the message"
            )
        }
        if isTransient || Self.temporary.contains(code) || status >= 500 || status == 429 {
            return MediaError(.unavailable, told)
        }
        return MediaError([404, 410].contains(status) ? .gone : .refused, told)
    }

    /// The message, at most 300 characters of it. Meta repeats a token that it cannot read.
    private func shortened(without credentials: [String]) -> String {
        var text = message
        for credential in credentials {
            let token = credential.hasPrefix("Bearer ") ? String(credential.dropFirst(7)) : credential
            if !token.isEmpty { text = text.replacing(token, with: "…") }
        }
        return String(text.prefix(Self.longestMessage))
    }

    /// A missing permission. Graph says 100/33 for an object that the token may not see, as well as for one that does
    /// not exist.
    private var isPermission: Bool {
        code == 3 || code == 10 || (200...299).contains(code) || (code == 100 && subcode == 33)
    }
}
