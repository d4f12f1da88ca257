internal import HTTPTypes
internal import Hummingbird
internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Routes for WhatsApp accounts. `webhook_url` is a short form for the URL of the first webhook.
struct SessionRoutes: Sendable {
    let store: any RelayStore
    let control: any SessionWebhookRuntime
    let clock: any RelayClock

    func add(to routes: inout RouteTable) {
        routes.api(.post, "/sessions", create)
        routes.api(.get, "/sessions", list)
        routes.api(.get, "/sessions/:id", show)
        routes.api(.patch, "/sessions/:id", update)
        routes.api(.delete, "/sessions/:id", delete)
        routes.api(.get, "/sessions/:id/qr", qrCode)
        routes.api(.get, "/sessions/:id/status", status)
    }

    private func create(_ request: APIHandlerRequest) async throws -> Response {
        var body = try await request.body()
        let now = clock.wall
        let id = body.string("id", length: 1...128) ?? APIResourceIDGenerator.session()
        if !Session.isValid(id: id) { body.problem("id", "must be 1 to 128 of A-Z a-z 0-9 . _ : @ + -") }
        let label = body.string("label", length: 1...200)
        let metadata = body.object("metadata") ?? [:]
        let webhook = webhook(in: &body, of: id, at: now)
        try body.finish()

        let session = Session(id: id, label: label, metadata: metadata, createdAt: now)
        try await store.createSession(session, webhooks: webhook.map { [$0] } ?? [])
        if let webhook { await control.webhooksChanged([webhook.id]) }
        var data = SessionView.json(session, webhooks: webhook.map { [$0] } ?? [])
        if let webhook { addShorthand(of: webhook, to: &data) }
        var response = APIResponseBuilder.success(data, message: "Session created", status: .created)
            .tagged(EntityTag(session))
        response.headers[.location] = "/api/v1/sessions/\(id)"
        return response
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let offset = query.offset()
        var filter = SessionQuery()
        filter.status = query.choice("status", SessionStatus.allCases.map { ($0.rawValue, $0) })
        filter.search = query.text("search")
        let sorts = SessionQuery.Sort.allCases.flatMap {
            [($0.rawValue, ($0, false)), ("-" + $0.rawValue, ($0, true))]
        }
        if let (sort, isDescending) = query.choice("sort", sorts) {
            filter.sort = sort
            filter.isDescending = isDescending
        }
        try query.finish()
        let (sessions, total) = try await store.sessions(filter, offset: offset, limit: limit)
        var rows: [JSON] = []
        for session in sessions {
            rows.append(SessionView.json(session, webhooks: try await store.webhooks(session: session.id)))
        }
        return APIResponseBuilder.page(rows, limit: limit, offset: offset, total: total)
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let session = try await store.existingSession(request.sessionID())
        return APIResponseBuilder.success(
            SessionView.json(session, webhooks: try await store.webhooks(session: session.id))
        )
        .tagged(EntityTag(session))
    }

    private func update(_ request: APIHandlerRequest) async throws -> Response {
        let id = try await store.existingSession(request.sessionID()).id
        let condition = try EntityTagCondition(request)
        var body = try await request.body()
        let now = clock.wall
        let label = body.string("label", length: 1...200)
        let metadata = body.object("metadata")
        let (clearsLabel, clearsMetadata) = (body.isNull("label"), body.isNull("metadata"))
        let given = webhook(in: &body, of: id, options: ["webhook_url": "url"], at: now)
        let removesFirst = body.isNull("webhook_url")
        try body.finish()

        let result = try await store.changeSession(id, at: clock.now) { (stored) throws(APIError) in
            try condition.check(EntityTag(stored.session), of: "The session")
            if let label { stored.session.label = label }
            if clearsLabel { stored.session.label = nil }
            if let metadata { stored.session.metadata = metadata }
            if clearsMetadata { stored.session.metadata = [:] }
            stored.session.updatedAt = now
            if let given, stored.webhooks.isEmpty {
                stored.webhooks = [given]
            } else if let given {
                stored.webhooks[0].options["url"] = .string(given.url)
                stored.webhooks[0].updatedAt = now
            } else if removesFirst, !stored.webhooks.isEmpty {
                stored.webhooks.removeFirst()
            }
        }
        let changed = try result.get()
        await control.webhooksChanged(changed.changedWebhooks)
        var data = SessionView.json(changed.session, webhooks: changed.webhooks)
        if let given, changed.webhooks.first?.id == given.id { addShorthand(of: given, to: &data) }
        return APIResponseBuilder.success(data, message: "Session updated").tagged(EntityTag(changed.session))
    }

    private func delete(_ request: APIHandlerRequest) async throws -> Response {
        let id = try request.sessionID()
        let condition = try EntityTagCondition(request)
        let result = try await store.deleteSession(id, at: clock.now) { (session) throws(APIError) in
            try condition.check(EntityTag(session), of: "The session")
        }
        guard let webhooks = try result.get() else { throw APIError.noSession(id) }
        await control.sessionDeleted(webhooks: webhooks)
        return APIResponseBuilder.success(["id": .string(id)], message: "Session deleted")
    }

    private func qrCode(_ request: APIHandlerRequest) async throws -> Response {
        let session = try await store.existingSession(request.sessionID())
        guard let code = session.scannableCode else {
            throw APIError(
                status: 404,
                code: "no_qr_code",
                message: session.status == .connected
                    ? "Session \(session.id) is connected; there is no QR code to scan."
                    : "Session \(session.id) has no QR code yet; its gateway has sent no session.qr_updated event."
            )
        }
        return APIResponseBuilder.success(["qr_code": .string(code), "generated_at": .orNull(session.qrGeneratedAt)])
    }

    private func status(_ request: APIHandlerRequest) async throws -> Response {
        APIResponseBuilder.success(SessionView.status(try await store.existingSession(request.sessionID())))
    }

    /// The fields of a session that set options of its first webhook.
    private static let webhookOptions = [
        "webhook_url": "url", "webhook_secret": "secret", "webhook_events": "events",
    ]

    /// The webhook that `webhook_url` and the fields beside it stand for; nil without one. Mistakes are noted in the
    /// document.
    /// - Parameter options: which options may be set, by the field's name.
    private func webhook(
        in body: inout JSONFieldReader,
        of session: String,
        options fields: [String: String] = webhookOptions,
        at now: Timestamp
    ) -> SessionWebhook? {
        var options = JSONObject()
        for (field, option) in fields.sorted(by: { $0.key < $1.key }) {
            if let value = body.value(field), !value.isNull { options[option] = value }
        }
        guard options.contains("url") else {
            for (field, option) in fields where options.contains(option) {
                body.problem(field, "is given without webhook_url; give that, too")
            }
            return nil
        }
        let names = Dictionary(uniqueKeysWithValues: fields.map { ($0.value, $0.key) })
        do throws(InvalidOptionsError) {
            let reading = try control.webhookOptions.read(options, names: names)
            let keys = SessionWebhookReader.secrets(of: reading, at: now)
            options.removeValue(forKey: "secret")
            var webhook = SessionWebhook(
                id: APIResourceIDGenerator.webhook(at: now), session: session,
                options: SessionWebhookReader.inASCII(options), createdAt: now)
            webhook.secrets =
                keys.isEmpty
                ? [WebhookSigningSecret(value: WebhookSigningKeyGenerator.generate(), createdAt: now)] : keys
            return webhook
        } catch {
            body.add(error.problems)
            return nil
        }
    }

    private func addShorthand(of webhook: SessionWebhook, to data: inout JSON) {
        data["webhook_id"] = .string(webhook.id)
        data["webhook_secret"] = .orNull(webhook.secrets.first?.value)
    }
}

extension SessionStore {
    /// - Throws: ``APIError`` 404, or an error of the store.
    func existingSession(_ id: String) async throws -> Session {
        guard let session = try await session(id) else { throw APIError.noSession(id) }
        return session
    }
}

extension APIError {
    static func noSession(_ id: String) -> APIError {
        .notFound("There is no session \(id.prefix(128)).")
    }
}
