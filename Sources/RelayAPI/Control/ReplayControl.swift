package import RelayCore

/// Validates and previews replays. The `Relay` module implements it.
package protocol ReplayControl: Sendable {
    /// Returns the invalid names in a selection, with pointers into the request body.
    func problems(in selection: ReplaySelection) async throws(APIError) -> [APIError.FieldError]

    /// What whoever makes a replay should know of it: events that nothing takes any more, or that are not kept.
    func warnings(of selection: ReplaySelection, estimate: ReplayEstimate) -> [String]

    /// Runs selected events through the pipelines in force without storing, fetching or asking anything.
    /// - Parameter examples: how many deliveries to show.
    func preview(_ selection: ReplaySelection, examples: Int) async throws(APIError) -> ReplayPreviewResult

    /// Called after a replay was created or cancelled.
    func replaysChanged() async
}
