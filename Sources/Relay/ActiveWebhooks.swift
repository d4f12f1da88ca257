internal import RelayCore

/// The active webhooks, by key and by session.
struct ActiveWebhooks: Sendable {
    private struct Route: Sendable {
        let id: String
        let createdAt: Timestamp
        let target: DeliveryTarget
    }

    /// Those that are not enabled included.
    private(set) var entries: [DestinationKey: ActiveDestinationRegistry.Entry] = [:]
    /// Those that are enabled, by session, oldest first.
    private var routes: [String: [Route]] = [:]

    /// The enabled webhooks of a session, oldest first.
    func routes(of session: String) -> [DeliveryTarget] {
        routes[session]?.map(\.target) ?? []
    }

    /// Adds a webhook that is not there.
    mutating func insert(_ entry: ActiveDestinationRegistry.Entry, for webhook: SessionWebhook) {
        entries[webhook.destination] = entry
        guard webhook.isEnabled else { return }
        let route = Route(
            id: webhook.id, createdAt: webhook.createdAt, target: entry.route(webhook.destination))
        let position = routes[webhook.session]?.firstIndex { ($0.createdAt, $0.id) > (route.createdAt, route.id) }
        let end = routes[webhook.session]?.count ?? 0
        routes[webhook.session, default: []].insert(route, at: position ?? end)
    }

    mutating func remove(_ id: String) {
        guard let session = entries.removeValue(forKey: .webhook(id))?.session else { return }
        routes[session]?.removeAll { $0.id == id }
        if routes[session]?.isEmpty == true { routes[session] = nil }
    }
}
