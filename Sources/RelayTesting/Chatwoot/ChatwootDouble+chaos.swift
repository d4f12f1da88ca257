extension ChatwootDouble {
    /// What goes wrong with a request.
    package enum Fault: Sendable, Hashable {
        /// It is done, and answered by this status.
        case commitThenStatus(Int)
        /// It is done and never answered.
        case commitThenHang
        /// It is done, and the connection reset before a byte of the answer. A client that had reused the connection
        /// may take it for an idle one that was closed, and send the request again at once, as `CurlEngine` does.
        case commitThenReset
        /// It is done, and the connection reset in the middle of the answer.
        case commitThenCutOff
        /// It is done and answered well, the body in four pieces with this pause before each.
        case slowBody(pause: Duration)
        /// It is not done, and answered by this status: 429 as the limits answer.
        case status(Int)
        /// It is not done, and the connection reset.
        case reset
        /// It is neither done nor answered.
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

    /// What a request asks for.
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

    /// The next `count` requests of a kind suffer a fault. Orders for the same kind follow each other.
    package func next(_ count: Int = 1, _ operation: Operation, _ fault: Fault) {
        withState { $0.chaos.order(count, operation, fault) }
    }

    /// From now on, requests of a kind suffer a fault with this probability, by the seed of the options.
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

    /// The first `count` requests for each attachment find nothing (404).
    package func missAttachments(first count: Int) {
        withState { $0.chaos.attachmentMisses = count }
    }

    /// Ends every fault.
    package func endChaos() {
        withState { $0.chaos.end() }
        contactGate.close()
    }

    /// Opens the window between check and insert: the next `count` creates of contacts are all checked for their phone
    /// number and identifier before the first is inserted, so that the same number comes in `count` times.
    ///
    /// A create that waits for the others goes on alone after ten seconds.
    package func raceContactCreates(_ count: Int) {
        contactGate.open(for: count)
    }
}
