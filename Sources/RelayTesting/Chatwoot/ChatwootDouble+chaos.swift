extension ChatwootDouble {
    /// A fault of a request.
    package enum Fault: Sendable, Hashable {
        /// The request is performed and answered with this status.
        case commitThenStatus(Int)
        /// The request is performed and never answered.
        case commitThenHang
        /// The request is performed, and the connection is reset before the first byte of the response. A client that
        /// had reused the connection may assume an idle connection was closed and repeat the request, as `CurlEngine`
        /// does.
        case commitThenReset
        /// The request is performed, and the connection is reset in the middle of the response.
        case commitThenCutOff
        /// The request is performed and answered correctly, with the body in four pieces and this pause before each.
        case slowBody(pause: Duration)
        /// The request is not performed and is answered with this status; 429 like a rate limit.
        case status(Int)
        /// The request is not performed, and the connection is reset.
        case reset
        /// The request is neither performed nor answered.
        case hang

        package static let commitThen500 = Self.commitThenStatus(500)
        package static let tooManyRequests = Self.status(429)

        var commits: Bool {
            switch self {
            case .commitThenStatus, .commitThenHang, .commitThenReset, .commitThenCutOff, .slowBody: true
            case .status, .reset, .hang: false
            }
        }
    }

    /// The kind of a request.
    package enum Operation: Sendable, Hashable {
        case any
        case version, profile, inboxRead, inboxWrite
        case contactRead, contactSearch, contactFilter, contactCreate, contactUpdate, contactDelete, contactMerge
        case contactInboxCreate
        case conversationRead, conversationCreate, conversationUpdate
        case messageRead, messageCreate, messageStatus, messageDelete
        case typing, lastSeen, upload, attachment, whatsApp

        func covers(_ operation: Self) -> Bool { self == .any || self == operation }
    }

    /// The next `count` requests of a kind get a fault. Several calls for the same kind apply one after the other.
    package func next(_ count: Int = 1, _ operation: Operation, _ fault: Fault) {
        withState { $0.chaos.order(count, operation, fault) }
    }

    /// From now on, requests of a kind get a fault with this probability, by the seed in the options.
    package func inject(_ fault: Fault, into operation: Operation, probability: Double) {
        withState { $0.chaos.inject(fault, into: operation, probability: probability) }
    }

    /// The next `count` webhooks of an event are sent twice.
    package func duplicateWebhooks(next count: Int, of event: String = "message_created") {
        withState { $0.chaos.duplicatedWebhooks[event, default: 0] += count }
    }

    /// From now on, a webhook is sent twice with this probability.
    package func duplicateWebhooks(probability: Double) {
        withState { $0.chaos.webhookDuplication = probability }
    }

    /// The first `count` requests for each attachment answer 404.
    package func missAttachments(first count: Int) {
        withState { $0.chaos.attachmentMisses = count }
    }

    /// Removes all faults.
    package func endChaos() {
        withState { $0.chaos.end() }
        contactGate.close()
    }

    /// Simulates a race between check and insert: the next `count` creates of contacts are all checked for their phone
    /// number and identifier before the first is inserted, so that the same number is stored `count` times.
    ///
    /// A create waits at most ten seconds for the others.
    package func raceContactCreates(_ count: Int) {
        contactGate.open(for: count)
    }
}
