internal import RelayCore

/// The recorded results of a test's input.
struct PipelineTestRecord: Sendable {
    struct Delivery: Sendable {
        /// The name of a destination, or `session`.
        var to: String
        var event: EventType
        var state: DeliveryState
        var deadReason: DeadLetterReason?
        var lastError: String?
        var requests: [ReceivedRequest]
        var signing: WebhookSigningScheme?
        /// The secret that signs; nil: requests are not signed.
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

    /// In the order in which they finished; unfinished ones are last.
    var deliveries: [Delivery] = []
    var drops: [Drop] = []
    /// Events whose stage failed.
    var failures: [Failure] = []
    /// Documents that were not accepted, and other problems that invalidate the test.
    var problems: [String] = []
}
