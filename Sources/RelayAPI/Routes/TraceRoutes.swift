internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// The route for the trace of one event, from its acceptance to its last attempt.
struct TraceRoutes: Sendable {
    let store: any RelayStore
    let destinations: any DestinationControl

    /// The maximum number of deliveries in a response, each with all its attempts.
    private static let maximumDeliveries = 100

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/events/:id/trace", show)
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let event = try await event(request.path("id"))
        let trace = try await store.trace(of: event.id)
        let pending = try await store.pendingEvents(after: EventID(event.id.rawValue - 1), limit: 1)
        let filter = DeliveryFilter(event: event.id)
        let total = try await store.countDeliveries(filter)
        // The store returns the newest first; the response is in ascending order.
        let skipped = max(0, total - Self.maximumDeliveries)
        let rows = try await store.deliveries(filter, before: nil, offset: skipped, limit: Self.maximumDeliveries)
        var deliveries: [TraceView.Delivery] = []
        for row in rows.reversed() {
            deliveries.append((row, destinations.wait(of: row), try await store.attempts(of: row.id)))
        }
        let view = TraceView(
            event: event,
            isPending: pending.first?.id == event.id,
            runs: trace?.runs ?? [],
            deliveries: deliveries,
            total: total
        )
        return APIResponseBuilder.success(view.json)
    }

    /// An event by its id, or by that of one of its deliveries.
    private func event(_ text: String) async throws -> Event {
        let id = EventID(text)
        if let id, let event = try await store.event(id) { return event }
        if !text.hasPrefix("evt_"), let delivery = DeliveryID(text), let record = try await store.delivery(delivery),
            let event = try await store.event(record.event)
        {
            return event
        }
        let isNone = id == nil && DeliveryID(text) == nil
        throw APIError.notFound(
            isNone
                ? "\(text.prefix(80)) is no id of an event or a delivery: give evt_ and 13 letters, or a deliveryId."
                : """
                There is no event or delivery \(text.prefix(256)): it was never here, or is past store.retention. \
                GET /api/v1/deliveries lists those that are kept.
                """
        )
    }
}
