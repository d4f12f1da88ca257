internal import RelayCore
internal import RelayJSON

/// An in-memory model of sessions and their webhooks.
struct WebhookModel {
    struct Webhook: Equatable {
        var session: String
        /// The values, newest first.
        var secrets: [String] = []
        var label = ""
    }

    /// Those that exist, by id.
    var webhooks: [String: Webhook] = [:]
    var made = 0

    var ids: [String] { webhooks.keys.sorted() }
    var destinations: [DestinationKey] { ids.map { .webhook($0) } }
    func ids(of session: String) -> [String] { ids.filter { webhooks[$0]?.session == session } }
}

extension StoreConformanceContext {
    private static let sessions = ["s1", "s2"]

    /// Creates a webhook, and its session when that is not there.
    func create(_ model: inout WebhookModel, _ random: inout SeededGenerator) async throws {
        guard model.webhooks.count < 4 else { return }
        let session = Self.sessions.randomElement(using: &random) ?? "s1"
        model.made += 1
        let id = DestinationKey.webhookID("\(model.made)")
        let webhook = SessionWebhook(id: id, session: session, url: "https://\(session).example", createdAt: now)
        if try await store.session(session) == nil {
            try await store.createSession(Session(id: session, createdAt: now), webhooks: [webhook])
        } else {
            try await store.createWebhook(webhook)
        }
        model.webhooks[id] = WebhookModel.Webhook(session: session)
    }

    /// Deletes a webhook in one of the ways there are: alone, by a change of its session, with its session.
    func delete(_ model: inout WebhookModel, _ outbox: inout OutboxModel, _ random: inout SeededGenerator) async throws
    {
        guard let id = model.ids.randomElement(using: &random), let session = model.webhooks[id]?.session else {
            return
        }
        var deleted = [id]
        switch Int.random(in: 0..<3, using: &random) {
        case 0: try equal(try await store.deleteWebhook(id, of: session, at: now), true)
        case 1:
            let result: Result<ChangedSession, Never> = try await store.changeSession(session, at: now) { stored in
                stored.webhooks.removeAll { $0.id == id }
            }
            try equal(result.get().changedWebhooks, [id])
        default:
            deleted = model.ids(of: session)
            try equal(Set(try some(await store.deleteSession(session, at: now))), Set(deleted))
        }
        for id in deleted {
            model.webhooks[id] = nil
            outbox.delete(.webhook(id), at: now)
        }
    }

    /// Rotates a secret and changes an option at the same time.
    func change(_ model: inout WebhookModel, _ step: Int, _ random: inout SeededGenerator) async throws {
        guard let id = model.ids.randomElement(using: &random), let session = model.webhooks[id]?.session else {
            return
        }
        let (store, moment) = (store, now)
        async let rotation: Result<SessionWebhook, Never> = store.changeWebhook(id, of: session) { webhook in
            webhook.secrets.insert(WebhookSigningSecret(value: "\(step)", createdAt: moment), at: 0)
        }
        async let change: Result<SessionWebhook, Never> = store.changeWebhook(id, of: session) { webhook in
            webhook.options["headers"] = ["X-Step": .string("\(step)")]
        }
        _ = try await (rotation, change)
        model.webhooks[id]?.secrets.insert("\(step)", at: 0)
        model.webhooks[id]?.label = "\(step)"
    }

    func compare(_ model: WebhookModel, _ step: Int) async throws {
        let stored = try await store.webhooks().map { webhook in
            let label = webhook.options["headers"]?["X-Step"]?.string ?? ""
            return (
                webhook.id,
                WebhookModel.Webhook(
                    session: webhook.session, secrets: webhook.secrets.map(\.value), label: label)
            )
        }
        try equal(Dictionary(uniqueKeysWithValues: stored), model.webhooks, "step \(step): webhooks")
    }
}
