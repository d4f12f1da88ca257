import RelayAPI
import RelayConfig
import RelayCore
import RelayDestinations
import RelayJSON
import Synchronization

/// A fake relay that records its calls and returns the results that a test sets.
final class FakeControl: ReadinessProvider, ConfigurationControl, DestinationControl, SessionWebhookRuntime,
    TestEventSender,
    ReplayControl, StoredMediaProvider, NodeDirectory
{
    struct Tested: Equatable {
        var url: String
        var session: String
        var webhook: String?
        var event: EventType
    }

    struct State {
        var tested: [Tested] = []
        /// The webhooks of each call.
        var changes: [[String]] = []
        var requeues = 0
        var replayChanges = 0
        var preview = ReplayPreviewResult()
        var paused: Set<DestinationKey> = []
        /// The rates at which destinations were resumed.
        var rates: [RateLimit?] = []
        /// Why queued deliveries wait.
        var wait: DeliveryWait?
        var draining = false
        var readiness = Readiness(isReady: true)
        var reloadError: APIError?
        var testResult = WebhookTestResult(url: "", ok: true, latencyMs: 0)
        var destinations: [DestinationStatus] = []
        var files: [MediaID: [UInt8]] = [:]
        var nodes: [NodeInformation] = []
        /// Why the nodes cannot be read; nil: they can.
        var nodeFailure: StoreError?
    }

    let state = Mutex(State())

    /// Controls whose every member is this object.
    var controls: RelayControls {
        RelayControls(
            process: self, configuration: self, destinations: self, webhooks: self, webhookTests: self, replays: self,
            media: self, nodes: self)
    }

    func edit(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    func read<Value>(_ value: (State) -> Value) -> Value { state.withLock { value($0) } }

    func media(
        id: MediaID, name: String, query: [String: String], bounds: @Sendable (Int64) -> Range<Int64>
    ) async throws(APIError) -> ServedMediaFile {
        guard query["sig"] == "right" else {
            throw APIError(status: 403, code: "forbidden", message: "The signature does not fit.")
        }
        guard let bytes = read({ $0.files[id] }) else { throw .notFound("It is not kept any more.") }
        let range = bounds(Int64(bytes.count))
        let part = Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield(part)
            continuation.finish()
        }
        return ServedMediaFile(
            content: StoredMediaStream(size: Int64(bytes.count), range: range, chunks: chunks), mimetype: query["t"],
            mayBeShown: query["shown"] == "yes")
    }

    func nodes() async throws(StoreError) -> [NodeInformation] {
        if let failure = read({ $0.nodeFailure }) { throw failure }
        return read { $0.nodes }
    }

    func destinations() async throws(APIError) -> [DestinationStatus] { state.withLock { $0.destinations } }

    func destination(_ key: DestinationKey) async throws(APIError) -> DestinationStatus {
        let (found, isPaused) = state.withLock { state in
            (state.destinations.first { $0.key == key }, state.paused.contains(key))
        }
        guard var found else { throw .notFound("There is no destination \(key).") }
        if isPaused { found.state = .paused }
        return found
    }

    func cancelQueued(_ key: DestinationKey) async throws(APIError) -> Int {
        _ = try await destination(key)
        return state.withLock { state in
            let index = state.destinations.firstIndex { $0.key == key }
            return index.flatMap { state.destinations[$0].counts.removeValue(forKey: .queued) } ?? 0
        }
    }

    func pause(_ key: DestinationKey) async throws(APIError) {
        _ = try await destination(key)
        state.withLock { _ = $0.paused.insert(key) }
    }

    func resume(_ key: DestinationKey, rate: RateLimit?) async throws(APIError) {
        _ = try await destination(key)
        state.withLock { state in
            state.paused.remove(key)
            state.rates.append(rate)
        }
    }

    func wait(of delivery: DeliveryDetails) -> DeliveryWait? {
        delivery.state == .queued ? state.withLock { $0.wait } : nil
    }

    func test(destination key: DestinationKey, event: EventType) async throws(APIError) -> WebhookTestResult {
        _ = try await destination(key)
        return state.withLock { $0.testResult }
    }

    func test(
        url: String, session: String, webhook: SessionWebhook?, event: EventType
    ) async throws(APIError) -> WebhookTestResult {
        state.withLock { state in
            state.tested.append(Tested(url: url, session: session, webhook: webhook?.id, event: event))
            var result = state.testResult
            result.url = url
            return result
        }
    }

    /// The real reader of options, with an egress check that denies one host.
    let webhookOptions = ManagedWebhookOptionsReader(
        kind: WebhookDestinationOptions.self,
        policies: ["default": RetryPolicy(), "standard": RetryPolicy(maxAttempts: 12)],
        timeout: .seconds(10),
        urlCheck: { $0.contains("//denied.example") ? "denied.example may not be reached" : nil }
    )

    func webhooksChanged(_ ids: [String]) async { state.withLock { $0.changes.append(ids) } }
    func sessionDeleted(webhooks: [String]) async { state.withLock { $0.changes.append(webhooks) } }
    func deliveriesRequeued() async { state.withLock { $0.requeues += 1 } }

    func problems(in selection: ReplaySelection) async throws(APIError) -> [APIError.FieldError] {
        let known = state.withLock { $0.destinations.map(\.key) }
        return selection.destinations.enumerated().filter { !known.contains($0.element) }.map { index, _ in
            APIError.FieldError(pointer: "/destinations/\(index)", "is no destination")
        }
    }

    func warnings(of selection: ReplaySelection, estimate: ReplayEstimate) -> [String] {
        estimate.count == 0 ? ["Nothing is selected."] : []
    }

    func preview(_ selection: ReplaySelection, examples: Int) async throws(APIError) -> ReplayPreviewResult {
        read { $0.preview }
    }

    func replaysChanged() async { edit { $0.replayChanges += 1 } }

    func pipelines() async -> [PipelineSummary] {
        [
            PipelineSummary(
                name: "default", file: "pipelines/default.yaml", from: ["baileys"],
                stages: [PipelineSummary.Stage(id: "persist-1", kind: "persist")]
            )
        ]
    }

    func configuration() async -> ConfigurationStatus {
        ConfigurationStatus(
            generation: ConfigurationGenerationID(number: 3, hash: ConfigurationStatus.hash(of: ["version": 1])),
            loadedAt: TestAPI.start,
            failure: .init(at: TestAPI.start, mistakes: ["config.yaml:1:1: error: no"]),
            configuration: ["version": 1]
        )
    }

    func reload() async throws(APIError) -> ReloadResult {
        if let error = state.withLock({ $0.reloadError }) { throw error }
        return ReloadResult(generation: 2, loadedAt: TestAPI.start, warnings: ["store.url: no retention is set"])
    }

    var isDraining: Bool { state.withLock { $0.draining } }
    func readiness() async -> Readiness { state.withLock { $0.readiness } }
}
