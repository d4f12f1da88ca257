internal import HTTPTypes
internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for the webhooks of a session.
struct SessionWebhookRoutes: Sendable {
    let store: any RelayStore
    let control: any SessionWebhookControl
    let clock: any RelayClock

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/sessions/:id/webhooks", list)
        routes.api(.post, "/sessions/:id/webhooks", create)
        routes.api(.get, "/sessions/:id/webhooks/:webhook_id", show)
        routes.api(.patch, "/sessions/:id/webhooks/:webhook_id", update)
        routes.api(.delete, "/sessions/:id/webhooks/:webhook_id", delete)
        routes.api(.post, "/sessions/:id/webhooks/:webhook_id/rotate-secret", rotateSecret)
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        let session = try await store.existingSession(request.sessionID())
        let webhooks = try await store.webhooks(session: session.id)
        return APIResponseBuilder.success(.array(webhooks.map { view($0, at: clock.wall) }))
    }

    private func create(_ request: APIHandlerRequest) async throws -> Response {
        let session = try await store.existingSession(request.sessionID())
        var body = try await request.body()
        let now = clock.wall
        var webhook = SessionWebhook(
            id: APIResourceIDGenerator.webhook(at: now), session: session.id, options: [:], createdAt: now)
        SessionWebhookReader.apply(&body, to: &webhook, isNew: true, reader: control.webhookOptions, at: now)
        try body.finish()
        try await store.saveWebhook(webhook)
        await control.webhooksChanged()
        var response = APIResponseBuilder.success(
            view(webhook, at: now, newSecret: webhook.secrets.first?.value),
            message: "Webhook created; its secret is shown this once",
            status: .created
        )
        response.headers[.location] = "/api/v1/sessions/\(session.id)/webhooks/\(webhook.id)"
        return response
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        APIResponseBuilder.success(view(try await existing(request), at: clock.wall))
    }

    private func update(_ request: APIHandlerRequest) async throws -> Response {
        var webhook = try await existing(request)
        var body = try await request.body()
        let now = clock.wall
        SessionWebhookReader.apply(&body, to: &webhook, isNew: false, reader: control.webhookOptions, at: now)
        try body.finish()
        webhook.updatedAt = now
        try await store.saveWebhook(webhook)
        await control.webhooksChanged()
        return APIResponseBuilder.success(view(webhook, at: now), message: "Webhook updated")
    }

    private func delete(_ request: APIHandlerRequest) async throws -> Response {
        let webhook = try await existing(request)
        guard try await store.deleteWebhook(webhook.id, at: clock.now) else { throw noWebhook(webhook.id) }
        await control.webhooksChanged()
        return APIResponseBuilder.success(["id": .string(webhook.id)], message: "Webhook deleted")
    }

    /// The old key signs in addition to the new one until the grace period ends, so that receivers can switch
    /// meanwhile.
    private func rotateSecret(_ request: APIHandlerRequest) async throws -> Response {
        var webhook = try await existing(request)
        var body = try await request.body()
        let grace = body.int("grace_seconds", in: 0...(30 * 86_400)) ?? 86_400
        let given = body.string("secret", length: 0...Int.max)
        if let problem = given.flatMap(SigningKeyRules.problem) {
            body.problem("secret", "\(problem.message); \(problem.help)")
        }
        try body.finish()
        let now = clock.wall
        let end = now + .seconds(grace)
        let secret = WebhookSigningSecret(value: given ?? WebhookSigningKeyGenerator.generate(), createdAt: now)
        let old = webhook.secrets.compactMap { old -> WebhookSigningSecret? in
            var old = old
            old.expiresAt = old.expiresAt.map { min($0, end) } ?? end
            return old.expiresAt.map { $0 > now } == true && old.value != secret.value ? old : nil
        }
        webhook.secrets = [secret] + old
        webhook.updatedAt = now
        try await store.saveWebhook(webhook)
        await control.webhooksChanged()
        return APIResponseBuilder.success(
            view(webhook, at: now, newSecret: secret.value),
            message: "Secret rotated; the new one is shown this once"
        )
    }

    private func view(_ webhook: SessionWebhook, at now: Timestamp, newSecret: String? = nil) -> JSON {
        WebhookView.json(webhook, reader: control.webhookOptions, at: now, newSecret: newSecret)
    }

    /// The webhook of the path, if it is that session's.
    private func existing(_ request: APIHandlerRequest) async throws -> SessionWebhook {
        let session = try await store.existingSession(request.sessionID())
        let id = try request.path("webhook_id")
        guard let webhook = try await store.webhook(id), webhook.session == session.id else { throw noWebhook(id) }
        return webhook
    }

    private func noWebhook(_ id: String) -> APIError {
        .notFound("This session has no webhook \(id.prefix(64)).")
    }
}
