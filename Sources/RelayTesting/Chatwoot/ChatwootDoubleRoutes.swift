/// A path of the API and its handler.
struct ChatwootDoubleRoute: Sendable {
    typealias Handler =
        @Sendable (inout ChatwootDoubleState, ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError) ->
        ChatwootDoubleResponse

    enum Access: Sendable {
        /// A user's token; a bot's token as well when `bots` is true.
        case token(bots: Bool)
        /// The public API: the path's `inbox_identifier` is the secret.
        case inboxIdentifier
        case open
    }

    let method: String
    let segments: [Substring]
    let operation: ChatwootDouble.Operation
    let access: Access
    let handler: Handler

    init(
        _ method: String,
        _ path: String,
        _ operation: ChatwootDouble.Operation,
        _ access: Access,
        _ handler: @escaping Handler
    ) {
        self.method = method
        segments = path.split(separator: "/")
        self.operation = operation
        self.access = access
        self.handler = handler
    }

    /// The values of the path's variables; nil when the path does not match.
    func match(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            if segment.first == ":" {
                values[String(segment.dropFirst())] = RailsParameterParser.decode(part, plusIsSpace: false)
            } else if segment != part {
                return nil
            }
        }
        return values
    }
}

enum ChatwootDoubleRoutes {
    static let all: [ChatwootDoubleRoute] =
        ChatwootDoubleRoute.messages + ChatwootDoubleRoute.conversations + ChatwootDoubleRoute.contacts
        + ChatwootDoubleRoute.inboxes
        + ChatwootDoubleRoute.publicAPI + ChatwootDoubleRoute.files + ChatwootDoubleRoute.whatsApp

    static func match(_ method: String, _ target: String) -> (route: ChatwootDoubleRoute?, segments: [String: String])?
    {
        let path = target.prefix { $0 != "?" }.split(separator: "/")
        for route in all where route.method == method {
            if let segments = route.match(path) { return (route, segments) }
        }
        return nil
    }
}

extension ChatwootDoubleRoute {
    /// A path of the Application API in an account.
    static func application(
        _ method: String,
        _ path: String,
        _ operation: ChatwootDouble.Operation,
        bots: Bool = false,
        _ handler: @escaping Handler
    ) -> ChatwootDoubleRoute {
        ChatwootDoubleRoute(method, "/api/v1/accounts/:account_id" + path, operation, .token(bots: bots), handler)
    }

    /// A path of the public API in an inbox.
    static func client(
        _ method: String,
        _ path: String,
        _ operation: ChatwootDouble.Operation,
        _ handler: @escaping Handler
    ) -> ChatwootDoubleRoute {
        ChatwootDoubleRoute(
            method, "/public/api/v1/inboxes/:inbox_identifier" + path, operation, .inboxIdentifier, handler)
    }
}
