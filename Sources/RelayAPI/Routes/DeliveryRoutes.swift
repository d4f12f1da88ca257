internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for deliveries in all states.
struct DeliveryRoutes: Sendable {
    let store: any RelayStore
    let destinations: any DestinationControl
    let clock: any RelayClock

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/deliveries", list)
        routes.api(.get, "/deliveries/:id", show)
        routes.api(.post, "/deliveries/:id/retry", retry)
        routes.api(.post, "/deliveries/:id/cancel", cancel)
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let cursor = query.cursor()
        let filter = query.deliveryFilter(states: true)
        try query.finish()
        return try await store.page(filter, before: cursor, limit: limit, destinations)
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let delivery = try await store.existingDelivery(request.path("id"))
        return try await store.answer(delivery, destinations)
    }

    private func retry(_ request: APIHandlerRequest) async throws -> Response {
        let delivery = try await store.existingDelivery(request.path("id"))
        let change = try await store.retry(delivery.id, at: clock.now)
        await destinations.deliveriesRequeued()
        return try await store.answer(
            to: change,
            of: delivery,
            destinations,
            message: "Delivery is due now",
            allowed: "queued, dead and cancelled ones can be retried"
        )
    }

    private func cancel(_ request: APIHandlerRequest) async throws -> Response {
        let delivery = try await store.existingDelivery(request.path("id"))
        return try await store.answer(
            to: try await store.cancel(delivery.id, at: clock.now),
            of: delivery,
            destinations,
            message: "Delivery cancelled",
            allowed: "queued and dead ones can be cancelled"
        )
    }
}

extension OutboxAdministration {
    /// A delivery by any of its ids: `deliveryId`, `msg_…` or the bare suffix.
    func existingDelivery(_ text: String) async throws -> DeliveryDetails {
        guard let id = DeliveryID(text), let delivery = try await delivery(id) else {
            throw APIError.notFound("There is no delivery \(text.prefix(256)).")
        }
        return delivery
    }

    /// A page of deliveries, newest first, with the cursor of the next page.
    func page(
        _ filter: DeliveryFilter, before cursor: DeliveryID?, limit: Int, _ destinations: any DestinationControl
    ) async throws -> Response {
        let rows = try await deliveries(filter, before: cursor, offset: 0, limit: limit + 1)
        let shown = rows.prefix(limit)
        let next = rows.count > limit ? shown.last?.id.suffix : nil
        return APIResponseBuilder.page(
            shown.map { DeliveryView.json($0, wait: destinations.wait(of: $0)) }, limit: limit, nextCursor: next)
    }

    /// One delivery with its attempts and body.
    func answer(_ delivery: DeliveryDetails, _ destinations: any DestinationControl) async throws -> Response {
        let attempts = try await attempts(of: delivery.id)
        let body = try await body(of: delivery.id)
        return APIResponseBuilder.success(
            DeliveryView.full(delivery, wait: destinations.wait(of: delivery), attempts: attempts, body: body))
    }

    /// The result of a change, with the delivery's current state.
    /// - Parameter allowed: describes which deliveries can be changed, for the error message.
    func answer(
        to change: DeliveryChangeResult,
        of delivery: DeliveryDetails,
        _ destinations: any DestinationControl,
        message: String,
        allowed: String
    ) async throws -> Response {
        switch change {
        case .done:
            let changed = try await self.delivery(delivery.id) ?? delivery
            return APIResponseBuilder.success(
                DeliveryView.json(changed, wait: destinations.wait(of: changed)), message: message)
        case .notFound: throw APIError.notFound("There is no delivery \(delivery.name).")
        case .refused(let state): throw APIError.wrongState(state, allowed: allowed)
        case .webhookDeleted:
            throw APIError.conflict(
                "Webhook \(delivery.destination), to which the delivery goes, was deleted; nothing can be sent to it.")
        }
    }
}

extension APIError {
    static func wrongState(_ state: DeliveryState, allowed: String) -> APIError {
        .conflict("The delivery is \(state.name); \(allowed).", details: ["state": .string(state.name)])
    }
}
