package import RelayCore
package import RelayJSON

/// What a replay from the start would bring, as far as it was tried.
package struct ReplayPreviewResult: Sendable {
    /// A delivery that would be queued.
    package struct Example: Sendable {
        package var event: EventID
        package var pipeline: String
        package var destination: String
        package var body: JSON

        package init(event: EventID, pipeline: String, destination: String, body: JSON) {
            self.event = event
            self.pipeline = pipeline
            self.destination = destination
            self.body = body
        }
    }

    /// Events that were tried.
    package var events = 0
    /// Of them, those that no pipeline takes.
    package var untaken = 0
    /// Deliveries, by destination.
    package var deliveries: [String: Int] = [:]
    package var drops: [StageEnding: Int] = [:]
    package var failures: [StageEnding: Int] = [:]
    package var examples: [Example] = []

    package init() {}
}
