public import RelayCore
public import RelayJSON

/// What a replay from the start would bring, as far as it was tried.
public struct ReplayRehearsal: Sendable {
    /// A delivery that would be queued.
    public struct Example: Sendable {
        public var event: EventID
        public var pipeline: String
        public var destination: String
        public var body: JSON

        public init(event: EventID, pipeline: String, destination: String, body: JSON) {
            self.event = event
            self.pipeline = pipeline
            self.destination = destination
            self.body = body
        }
    }

    /// Events that were tried.
    public var events = 0
    /// Of them, those that no pipeline takes.
    public var untaken = 0
    /// Deliveries, by destination.
    public var deliveries: [String: Int] = [:]
    public var drops: [StageEnding: Int] = [:]
    public var failures: [StageEnding: Int] = [:]
    public var examples: [Example] = []

    public init() {}
}
