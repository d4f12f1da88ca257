internal import Hummingbird
internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// The webhook routes of stage-07, with its exact shapes.
struct Stage07CompatibilityRoutes: Sendable {
    let store: any RelayStore
    let webhooks: any SessionWebhookRuntime
    let tests: any TestEventSender
    let clock: any RelayClock

    func add(to routes: inout RouteTable) {
        routes.api(.post, "/sessions/:id/webhook/test", test)
        routes.api(.get, "/sessions/:id/webhook/events", events)
        routes.api(.post, "/sessions/:id/webhook/retry", retry)
        routes.api(.get, "/webhook/events", eventTypes)
    }

    private func test(_ request: APIHandlerRequest) async throws -> Response {
        let session = try await store.existingSession(request.sessionID())
        var body = try await request.body()
        var given = body.string("url", length: 1...2048)
        if given?.contains("{{") == true {
            body.problem("url", "has a placeholder in it; write the whole URL")
        }
        given = given.map { (try? ASCIIURL.of($0)) ?? $0 }
        let event = body.eventType("event") ?? .webhookTest
        try body.finish()
        let webhooks = try await store.webhooks(session: session.id)
        guard let url = given ?? webhooks.first?.url else { throw noAddress(session.id) }
        // A webhook's headers and signature are sent only to its own URL.
        let webhook = webhooks.first { $0.url == url }
        return WebhookTestView.response(
            try await tests.test(url: url, session: session.id, webhook: webhook, event: event)
        )
    }

    private func events(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let offset = query.offset()
        let state = query.choice("status", [("delivered", DeliveryState.delivered), ("failed", .dead)])
        try query.finish()
        let session = try await store.existingSession(request.sessionID())
        let filter = DeliveryFilter(states: state.map { [$0] } ?? [.delivered, .dead], session: session.id)
        let total = try await store.countDeliveries(filter)
        let deliveries = try await store.deliveries(filter, before: nil, offset: offset, limit: limit)
        return APIResponseBuilder.page(
            deliveries.map(WebhookHistoryView.json), limit: limit, offset: offset, total: total)
    }

    /// Queues the given payload for the session's first webhook. It does not pass through the journal and the
    /// pipelines, because they processed the event when it arrived first.
    private func retry(_ request: APIHandlerRequest) async throws -> Response {
        let session = try await store.existingSession(request.sessionID())
        var body = try await request.body()
        let type = body.eventType("event", required: true)
        let payload = body.object("payload", required: true)
        try body.finish()
        guard let type, let payload else { throw APIError.internalError }
        guard let webhook = try await store.webhooks(session: session.id).first else { throw noAddress(session.id) }
        guard webhook.isEnabled else {
            throw APIError.conflict(
                "Webhook \(webhook.id) is disabled; enable it with PATCH {\"enabled\": true} first.")
        }
        let now = clock.wall
        let event = Event(
            id: EventID(0),
            source: "api",
            type: type,
            session: session.id,
            chat: payload["chatId"]?.string.map(canonicalChat),
            occurredAt: nil,
            receivedAt: now,
            payload: payload
        )
        let settings = webhooks.webhookOptions.stored(webhook)?.destination.settings ?? DestinationDispatchSettings()
        let lane = settings.lane(session: session.id, chat: event.chat)
        let planned = PlannedDelivery(
            of: event,
            to: webhook.destination,
            lane: lane,
            pipeline: "retry",
            signing: webhook.secrets.isEmpty ? nil : .standardWebhooks
        )
        let id = try await store.enqueue(planned, event: event.id, at: clock.now)
        return APIResponseBuilder.success(
            [
                "jobId": .string(DeliveryIDFormat.text(of: id, session: session.id, type: type, at: now)),
                "webhookUrl": .string(webhook.url),
                "event": .string(type.name),
            ],
            message: "Webhook retry queued successfully"
        )
    }

    private func eventTypes(_ request: APIHandlerRequest) async throws -> Response {
        APIResponseBuilder.success(
            .array(EventTypeCatalog.entries.map(\.json)),
            message: "\(EventTypeCatalog.entries.count) webhook event types available"
        )
    }

    private func noAddress(_ session: String) -> APIError {
        .badRequest("Session \(session) has no webhook; set its webhook_url first.", code: "no_webhook_url")
    }
}
