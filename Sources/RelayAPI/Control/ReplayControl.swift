package import RelayCore

/// What the relay knows of a replay before it runs. The composition implements it.
package protocol ReplayControl: Sendable {
    /// What is wrong with the names in a selection, with pointers into the body that it came by.
    func problems(in selection: ReplaySelection) async throws(APIError) -> [APIError.Problem]

    /// What whoever makes a replay should know of it: events that nothing takes any more, or that are not kept.
    func warnings(of selection: ReplaySelection, estimate: ReplayEstimate) -> [String]

    /// Runs selected events through the pipelines in force without storing, fetching or asking anything.
    /// - Parameter examples: how many deliveries to show.
    func preview(_ selection: ReplaySelection, examples: Int) async throws(APIError) -> ReplayPreviewResult

    /// Is called after a replay was made or cancelled.
    func replaysChanged() async
}
