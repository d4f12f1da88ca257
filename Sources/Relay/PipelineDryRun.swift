internal import Logging
internal import RelayConfig
package import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import RelayHTTPClient
package import RelayJSON
internal import RelayPipeline
internal import RelaySources

/// Runs a pipeline without a server, for `zaphub run`. Nothing is stored.
package final class PipelineDryRun {
    /// The result for one document.
    package struct DocumentOutcome {
        /// The result for each of its events.
        package let events: [Outcome]
        /// The documents of a batch that cannot be read.
        package let rejected: [RejectedDocument]
    }

    /// The result for one event.
    package struct Outcome {
        package let json: JSON
        fileprivate let deliveries: [ClaimedDelivery]
    }

    /// The reason why the dry run cannot start, or a document is rejected.
    package struct PipelineDryRunError: Error, CustomStringConvertible {
        package let description: String
    }

    private let pipeline: Pipeline
    private let reader: SourceDocumentReader
    private let registry: ActiveDestinationRegistry
    private let engine: CurlEngine
    private let directory = DirectoryCache()
    private let generation: LoadedConfiguration
    private let webhook: (url: String, secret: String?)?
    private var webhooks: [SessionWebhook] = []
    private let clock = SystemClock()
    private var last: Int64 = 0

    /// - Parameters:
    ///   - source: the name of a source; defaults to the first one that the pipeline reads.
    ///   - webhook: a webhook to use for every session.
    package init(
        _ generation: LoadedConfiguration,
        pipeline name: String,
        source sourceName: String?,
        webhook: (url: String, secret: String?)?
    ) throws {
        self.generation = generation
        self.webhook = webhook
        guard let pipeline = generation.pipelines.first(where: { $0.name == name }) else {
            let known = generation.pipelines.map(\.name).joined(separator: ", ")
            throw PipelineDryRunError(description: "There is no pipeline \"\(name)\"; there are: \(known).")
        }
        let sources = generation.configuration.sources.filter { pipeline.takes(from: $0.name) }
        guard let source = sourceName.map({ name in sources.first { $0.name == name } }) ?? sources.first else {
            let known = sources.map(\.name).joined(separator: ", ")
            throw PipelineDryRunError(
                description: "\"\(sourceName ?? "")\" is no source of this pipeline; there are: \(known).")
        }
        if let webhook { try generation.egress.check(url: webhook.url) }
        self.pipeline = pipeline
        let ledger = InMemoryForwardingLedger()
        reader = SourceDocumentReader(source, in: generation.configuration, ledger: ledger, files: .identified)
        var quiet = Logger(label: "run")
        quiet.logLevel = .error
        engine = try CurlEngine(guard: generation.egress, logger: quiet)
        registry = ActiveDestinationRegistry(
            engine: engine, ledger: ledger, media: nil, clock: clock, logger: quiet)
        registry.use(generation, webhooks: [])
    }

    package func end() {
        engine.shutdown()
    }

    /// Runs the events of one document.
    package func run(_ document: [UInt8]) async throws -> DocumentOutcome {
        let now = clock.wall
        let parsed = try await reader.read(document, at: now)
        let outcomes = try parsed.events.map { event in
            addWebhook(of: event.session, at: now)
            let stored = Event(event, id: EventID(nextID(at: now)), source: reader.source, receivedAt: now)
            directory.expect([stored])
            let context = StageContext(directory: directory, routes: registry.routes, clock: clock)
            // Nothing is downloaded or looked up here, so no stage waits.
            guard case .ended(let draft, let end) = pipeline.run(directory.identified(stored), in: context) else {
                throw PipelineDryRunError(description: "A stage waits for something that a dry run does not have.")
            }
            directory.learn(draft.records)
            return outcome(of: stored, draft: draft, end: end)
        }
        return DocumentOutcome(events: outcomes, rejected: parsed.rejected)
    }

    private func nextID(at now: Timestamp) -> Int64 {
        last = SortableIDCodec.next(after: last, at: now)
        return last
    }

    private func addWebhook(of session: String, at now: Timestamp) {
        guard let webhook, !webhooks.contains(where: { $0.session == session }) else { return }
        var stored = SessionWebhook(
            id: DestinationKey.webhookID(session), session: session, url: webhook.url, createdAt: now)
        if let secret = webhook.secret { stored.secrets = [WebhookSigningSecret(value: secret, createdAt: now)] }
        webhooks.append(stored)
        registry.add(stored, in: generation)
    }

    private func outcome(of event: Event, draft: PipelineEvent, end: Pipeline.End) -> Outcome {
        let claimed = draft.deliveries.map { planned in
            ClaimedDelivery(planned, id: DeliveryID(nextID(at: event.receivedAt)))
        }
        var shown: JSONObject = ["event": .string(event.type.name), "sessionId": .string(event.session)]
        switch end {
        case .completed:
            shown["outcome"] = .string(claimed.isEmpty ? "no destination wants it" : "\(claimed.count) to deliver")
        case .dropped(let stage, let reason): shown["outcome"] = .string("dropped by \(stage): \(reason)")
        case .failed(let stage, let message): shown["outcome"] = .string("dead letter at \(stage): \(message)")
        }
        shown["deliveries"] = .array(claimed.map { describe($0) })
        return Outcome(json: .object(shown), deliveries: claimed)
    }

    private func describe(_ delivery: ClaimedDelivery) -> JSON {
        var shown: JSONObject = ["destination": .string(delivery.destination.text)]
        var body = delivery.body
        let destination = registry.destination(delivery.destination)
        if let destination = destination as? any InspectableHTTPDestination {
            let request = destination.request(for: delivery, at: clock.wall)
            body = request.body
            shown["url"] = .string(request.url)
            shown["headers"] = .object(
                request.headers.reduce(into: JSONObject()) { $0[$1.name] = .string($1.value) }
            )
        } else if let destination {
            shown["target"] = .string(destination.target)
        }
        shown["body"] = (try? JSON(parsing: body)) ?? .string(String(decoding: body, as: UTF8.self))
        return .object(shown)
    }

    /// Sends the planned deliveries of an event, each with its destination's retry policy, and returns the results.
    package func deliver(_ outcome: Outcome) async -> JSON {
        var results: [JSON] = []
        for delivery in outcome.deliveries { results.append(await deliver(delivery)) }
        var shown = outcome.json
        shown["results"] = .array(results)
        return shown
    }

    private func deliver(_ first: ClaimedDelivery) async -> JSON {
        guard let destination = registry.destination(first.destination) else { return .null }
        var attempt = 1
        while true {
            let delivery = first.attempt(attempt)
            let result = await destination.send(delivery, at: clock.wall)
            let decision = RetryDecision(
                after: result,
                of: delivery,
                policy: destination.settings.retry,
                now: clock.now,
                random: Double.random(in: 0..<1)
            )
            if case .unsent(let due) = decision, !Task.isCancelled {
                try? await clock.sleep(until: due)
                continue
            }
            if case .retry(let due) = decision, !Task.isCancelled {
                attempt += 1
                try? await clock.sleep(until: due)
                continue
            }
            return [
                "destination": .string(delivery.destination.text),
                "delivered": .bool(result.isDelivered),
                "attempts": .int(Int64(attempt)),
                "status": result.status.map { .int(Int64($0)) } ?? .null,
                "error": result.error.map { .string($0) } ?? .null,
            ]
        }
    }
}
