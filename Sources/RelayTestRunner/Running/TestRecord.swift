internal import RelayCore

/// What came of a test's input.
struct TestRecord: Sendable {
    struct Delivery: Sendable {
        /// A destination, or `session`.
        var to: String
        var event: EventType
        var state: DeliveryState
        var deadReason: DeadReason?
        var lastError: String?
        var requests: [ReceivedRequest]
        var signing: SigningScheme?
        /// What signs; nil: nothing is signed.
        var secret: String?
    }

    struct Drop: Sendable {
        var by: String
        var reason: String
        var event: EventType
    }

    struct Failure: Sendable {
        var stage: String
        var message: String
        var event: EventType
    }

    /// In the order of their end; those that have none come last.
    var deliveries: [Delivery] = []
    var drops: [Drop] = []
    /// Events whose stage failed.
    var failures: [Failure] = []
    /// Documents that were not taken, and whatever else keeps the test from meaning anything.
    var problems: [String] = []
}
