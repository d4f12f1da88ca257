internal import RelayCore
internal import RelayJSON

/// What a test says must have come of its input. A kind that it does not name is not looked at.
struct Expectation: Sendable {
    enum Order: String, Sendable, CaseIterable {
        /// The deliveries to each destination are in the order of the list.
        case destination
        /// The list says which deliveries there are, not which is first.
        case any
    }

    var delivered: [ExpectedDelivery]?
    var dead: [ExpectedDeadLetter]?
    var dropped: [ExpectedDrop]?
    /// No delivery to any destination.
    var nothing = false
    var order = Order.destination
}

/// A delivery that a receiver took.
struct ExpectedDelivery: Sendable {
    /// A destination, or `session`.
    var to: String
    var event: EventFilter?
    var attempts: Int?
    /// When each attempt began, since the input came.
    var at: [Duration]?
    /// Of the last attempt.
    var headers: [String: HeaderCheck]?
    var body: BodyCheck?
    /// Whether every attempt has a signature that fits; false: that none has one.
    var signed: Bool?
}

/// What must be true of a body; what is nil is not looked at.
struct BodyCheck: Sendable {
    var equals: JSON?
    var contains: JSON?
    var jq: BatchedExpression?
    /// A regular expression that is found in the text.
    var pattern: String?
}

struct ExpectedDeadLetter: Sendable {
    /// A destination, `session`, or `pipeline` for an event whose stage failed.
    var to: String
    var event: EventFilter?
    var reason: DeadReason?
    var attempts: Int?
    var at: [Duration]?
    /// The stage that failed.
    var by: String?
}

struct ExpectedDrop: Sendable {
    /// The stage's id, or `duplicate` for an event that had come before.
    var by: String
    var event: EventFilter?
}
