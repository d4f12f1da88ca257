internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// The expected results of a test's input. A kind that the test does not name is not compared.
struct PipelineTestExpectation: Sendable {
    enum Order: String, Sendable, CaseIterable {
        /// The deliveries to each destination must be in the order of the list.
        case destination
        /// The deliveries can be in any order.
        case any
    }

    var delivered: [DeliveryExpectation]?
    var dead: [DeadLetterExpectation]?
    var dropped: [DropExpectation]?
    /// Expects no delivery to any destination.
    var nothing = false
    var order = Order.destination
}

/// A delivery that a receiver accepted.
struct DeliveryExpectation: Sendable {
    /// The name of a destination, or `session`.
    var to: String
    var event: EventTypeFilter?
    var attempts: Int?
    /// The start of each attempt, from the time of the input.
    var at: [Duration]?
    /// The headers of the last attempt.
    var headers: [String: HeaderExpectation]?
    var body: BodyExpectation?
    /// Whether every attempt must have a valid signature; false: no attempt may have one.
    var signed: Bool?
}

/// Conditions for a body; nil conditions are not checked.
struct BodyExpectation: Sendable {
    var equals: JSON?
    var contains: JSON?
    var jq: JQProgram?
    /// A regular expression that must match somewhere in the text.
    var pattern: String?
}

struct DeadLetterExpectation: Sendable {
    /// The name of a destination, `session`, or `pipeline` for an event whose stage failed.
    var to: String
    var event: EventTypeFilter?
    var reason: DeadLetterReason?
    var attempts: Int?
    var at: [Duration]?
    /// The stage that failed.
    var by: String?
}

struct DropExpectation: Sendable {
    /// The stage's id, or `duplicate` for a repeated event.
    var by: String
    var event: EventTypeFilter?
}
