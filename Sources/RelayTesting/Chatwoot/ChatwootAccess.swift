extension ChatwootDoubleState {
    /// Performs a request after checking the rate limits and its token.
    mutating func perform(_ call: ChatwootDoubleRequest, _ route: ChatwootDoubleRoute?)
        throws(ChatwootDoubleRefusalError) -> ChatwootDoubleResponse
    {
        guard throttle.admits("requests", limit: options.limits.requests, seconds: 60, now: now) else {
            return .throttled
        }
        guard let route else { throw .publicMissing }
        var call = call
        switch route.access {
        case .token(let bots): try authenticate(&call, botsAllowed: bots)
        case .inboxIdentifier:
            // A dot ends a segment in Rails' paths.
            if call.segments.values.contains(where: { $0.contains(".") }) { throw .publicMissing }
        case .open: break
        }
        return try route.handler(&self, call)
    }

    private func authenticate(_ call: inout ChatwootDoubleRequest, botsAllowed: Bool) throws(ChatwootDoubleRefusalError)
    {
        // The application sees a header's hyphens as underscores, so both spellings are equal.
        guard let token = call.header("api_access_token") ?? call.header("api-access-token") else { throw .signIn }
        guard let actor = actors[token] else { throw .badToken }
        call.actor = actor
        if case .bot = actor, !botsAllowed { throw .notForBots }
        guard let text = call.segments["account_id"] else { return }
        guard let id = Int(text), let account = accounts[id] else { throw .missing }
        call.accountID = id
        let home: Int? =
            switch actor {
            case .user(let user): users[user]?.accountID
            case .bot(let bot): bots[bot]?.accountID
            }
        guard home == id else { throw .otherAccount }
        if account.isSuspended { throw .suspended }
    }
}
