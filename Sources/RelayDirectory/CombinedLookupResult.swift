internal import RelayCore

/// The combined result of all requests of a lookup.
enum CombinedLookupResult: Sendable {
    case answered(DirectoryLookupAnswer)
    case failed(reason: String)
    /// The deadline passed before any request was sent.
    case tooBusy

    var answer: DirectoryLookupAnswer? {
        if case .answered(let answer) = self { answer } else { nil }
    }

    /// Sends the requests in parallel. At the deadline, unfinished requests are cancelled.
    static func of(_ requests: [LookupRequest], _ exchange: LookupRequestSender) async -> CombinedLookupResult {
        await withTaskGroup(of: CombinedLookupResult?.self) { group in
            group.addTask { await replies(to: requests, exchange) }
            group.addTask {
                try? await exchange.clock.sleep(until: exchange.deadline)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // After the deadline the requests end immediately; the responses that arrived before are used.
            if let first { return first }
            return await (group.next() ?? nil) ?? .tooBusy
        }
    }

    private static func replies(to requests: [LookupRequest], _ exchange: LookupRequestSender) async
        -> CombinedLookupResult
    {
        await withTaskGroup(of: (Int, LookupRequestResult).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, await exchange.reply(to: request)) }
            }
            var replies: [(index: Int, reply: LookupRequestResult)] = []
            for await reply in group { replies.append(reply) }
            replies.sort { $0.index < $1.index }
            return CombinedLookupResult(replies.map(\.reply))
        }
    }

    /// One response is enough: the data of a failed request is requested again by the next lookup.
    private init(_ replies: [LookupRequestResult]) {
        var answer: DirectoryLookupAnswer?
        var failure: String?
        for reply in replies {
            switch reply {
            case .answer(let more): answer = answer?.merged(with: more) ?? more
            case .failure(let reason): failure = failure ?? reason
            case .notSent: break
            }
        }
        if let answer {
            self = .answered(answer)
        } else if let failure {
            self = .failed(reason: failure)
        } else {
            self = .tooBusy
        }
    }
}
