package import RelayCore
package import RelayJSON

/// The expected result of a replay, from a dry run of its first events.
package struct ReplayPreviewResult: Sendable {
    /// A delivery that would be queued.
    package struct Example: Sendable {
        package var event: EventID
        package var pipeline: String
        package var destination: DestinationKey
        package var body: JSON

        package init(event: EventID, pipeline: String, destination: DestinationKey, body: JSON) {
            self.event = event
            self.pipeline = pipeline
            self.destination = destination
            self.body = body
        }
    }

    /// The number of events in the dry run.
    package var events = 0
    /// The number of events in the dry run that no pipeline receives.
    package var untaken = 0
    /// The number of deliveries by destination.
    package var deliveries: [DestinationKey: Int] = [:]
    package var drops: [PipelineTermination: Int] = [:]
    package var failures: [PipelineTermination: Int] = [:]
    package var examples: [Example] = []

    package init() {}
}
