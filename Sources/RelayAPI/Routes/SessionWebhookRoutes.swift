internal import HTTPTypes
internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for the webhooks of a session.
struct SessionWebhookRoutes: Sendable {
    let store: any RelayStore
    let control: any SessionWebhookRuntime
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
        try await store.createWebhook(webhook)
        await control.webhooksChanged([webhook.id])
        var response = APIResponseBuilder.success(
            view(webhook, at: now, newSecret: webhook.secrets.first?.value),
            message: "Webhook created; its secret is shown this once",
            status: .created
        ).tagged(EntityTag(webhook))
        response.headers[.location] = "/api/v1/sessions/\(session.id)/webhooks/\(webhook.id)"
        return response
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let webhook = try await existing(request)
        return APIResponseBuilder.success(view(webhook, at: clock.wall)).tagged(EntityTag(webhook))
    }

    private func update(_ request: APIHandlerRequest) async throws -> Response {
        let found = try await existing(request)
        let condition = try EntityTagCondition(request)
        let body = try await request.body()
        let now = clock.wall
        let reader = control.webhookOptions
        return try await change(found, if: condition, message: "Webhook updated") { (webhook) throws(APIError) in
            // The whole of the webhook's options is validated, so what is stored now must be known.
            var body = body
            SessionWebhookReader.apply(&body, to: &webhook, isNew: false, reader: reader, at: now)
            try body.finish()
            webhook.updatedAt = now
        }
    }

    private func delete(_ request: APIHandlerRequest) async throws -> Response {
        let found = try await existing(request)
        let condition = try EntityTagCondition(request)
        let result = try await store.deleteWebhook(found.id, of: found.session, at: clock.now) {
            (webhook) throws(APIError) in
            try condition.check(EntityTag(webhook), of: "The webhook")
        }
        guard try result.get() else { throw noWebhook(found.id) }
        await control.webhooksChanged([found.id])
        return APIResponseBuilder.success(["id": .string(found.id)], message: "Webhook deleted")
    }

    /// The old key signs in addition to the new one until the grace period ends, so that receivers can switch
    /// meanwhile.
    private func rotateSecret(_ request: APIHandlerRequest) async throws -> Response {
        let found = try await existing(request)
        let condition = try EntityTagCondition(request)
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
        return try await change(
            found, if: condition, message: "Secret rotated; the new one is shown this once", newSecret: secret.value
        ) { (webhook) throws(APIError) in
            let old = webhook.secrets.compactMap { old -> WebhookSigningSecret? in
                var old = old
                old.expiresAt = old.expiresAt.map { min($0, end) } ?? end
                return old.expiresAt.map { $0 > now } == true && old.value != secret.value ? old : nil
            }
            // The oldest keys make room: a rotation is never refused, because the old key may be known to others.
            webhook.secrets = [secret] + old.prefix(SigningKeyRules.maximumActive - 1)
            webhook.updatedAt = now
        }
    }

    /// Changes a webhook in one transaction, and answers with what it is then.
    private func change(
        _ webhook: SessionWebhook,
        if condition: EntityTagCondition,
        message: String,
        newSecret: String? = nil,
        _ change: @escaping @Sendable (inout SessionWebhook) throws(APIError) -> Void
    ) async throws -> Response {
        let result = try await store.changeWebhook(webhook.id, of: webhook.session) { (webhook) throws(APIError) in
            try condition.check(EntityTag(webhook), of: "The webhook")
            try change(&webhook)
        }
        let changed = try result.get()
        await control.webhooksChanged([changed.id])
        return APIResponseBuilder.success(view(changed, at: clock.wall, newSecret: newSecret), message: message)
            .tagged(EntityTag(changed))
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
