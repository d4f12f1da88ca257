package import RelayCore

/// What the routes need of the running relay besides its store. The composition implements it.
package protocol RelayControl: Sendable {
    /// Takes in what a gateway posted to `/in/SOURCE[/SESSION][/EVENT]`.
    /// - Parameters:
    ///   - path: what stands behind the source, decoded.
    ///   - header: reads one header of the request by its name.
    /// - Throws: 404 unknown source or event, 401 refused by the source's own authentication, 400 or 422 with a pointer for what
    ///   is no event, 503 with a wait for overload.
    func ingest(
        source: String,
        path: [String],
        body: [UInt8],
        header: @Sendable (String) -> String?
    ) async throws(APIError) -> [AcceptanceResult]

    /// The answer to a provider's verification request (Meta's `hub.challenge`); nil when it is not to be answered.
    func challenge(source: String, query: [String: String]) -> String?

    /// Takes in native events for a session (`POST /api/v1/sessions/ID/events`).
    func acceptNative(session: String, body: [UInt8]) async throws(APIError) -> [AcceptanceResult]

    /// A stored file, for whoever has its signed address.
    /// - Parameters:
    ///   - query: the address's; it has the signature.
    ///   - bounds: chooses the bytes once the size is known.
    /// - Throws: 403 when the signature does not fit, 410 when the address is past its time, 404 when the file is not
    ///   kept any more.
    func media(
        id: MediaID,
        name: String,
        query: [String: String],
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(APIError) -> MediaFile

    /// Configured destinations, sessions' webhooks, and removed ones that still have deliveries.
    func destinations() async throws(APIError) -> [DestinationStatus]
    /// - Throws: 404.
    func destination(_ key: String) async throws(APIError) -> DestinationStatus
    /// - Throws: 404.
    func pause(_ key: String) async throws(APIError)
    /// Also takes back that the receiver answered 410. - Throws: 404.
    func resume(_ key: String) async throws(APIError)

    /// Cancels what is queued to a destination, whether or not it is gone; what is under way goes on. Returns how many.
    /// - Throws: 404.
    func cancelQueued(_ key: String) async throws(APIError) -> Int

    /// Sends one event to a destination, past its queue. - Throws: 404.
    func test(destination key: String, event: EventType) async throws(APIError) -> WebhookTestResult

    /// Sends one event to an address, through the egress guard.
    /// - Parameter webhook: whose headers, timeout and signature it carries; nil: none.
    func test(
        url: String,
        session: String,
        webhook: Webhook?,
        event: EventType
    ) async throws(APIError) -> WebhookTestResult

    /// Checks address, headers, retry policy and rate limit before a webhook is stored.
    /// - Throws: 422 with pointers into the webhook (`/url`) and what to write instead.
    func checkWebhook(_ webhook: Webhook) throws(APIError)

    /// Is called after every write to sessions or webhooks.
    func webhooksChanged() async

    /// Is called after deliveries were queued again by hand: a destination that is thought to be down is tried at once.
    func deliveriesRequeued() async

    /// What is wrong with the names in a selection, with pointers into the body that it came by.
    func problems(in selection: ReplaySelection) async throws(APIError) -> [APIError.Problem]

    /// What whoever makes a replay should know of it: events that nothing takes any more, or that are not kept.
    func warnings(of selection: ReplaySelection, survey: ReplayEstimate) -> [String]

    /// Runs selected events through the pipelines in force without storing, fetching or asking anything.
    /// - Parameter examples: how many deliveries to show.
    func rehearse(_ selection: ReplaySelection, examples: Int) async throws(APIError) -> ReplayPreviewResult

    /// Is called after a replay was made or cancelled.
    func replaysChanged() async

    func pipelines() async -> [PipelineStatus]

    /// The configuration at work.
    func configuration() async -> ConfigurationStatus

    /// Reads the configuration again. - Throws: 422 with the diagnostics when it is wrong; then the old one stays in use.
    func reload() async throws(APIError) -> ReloadResult

    /// Whether events are taken in and sent.
    var isReady: Bool { get }
    /// Whether the process is on its way out.
    var isDraining: Bool { get }
    func readiness() async -> Readiness
}
