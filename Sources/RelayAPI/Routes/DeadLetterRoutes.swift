internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for dead letters: deliveries that were refused permanently or had no attempts left.
struct DeadLetterRoutes: Sendable {
    let store: any RelayStore
    let destinations: any DestinationControl
    let clock: any RelayClock

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/dead-letters", list)
        routes.api(.post, "/dead-letters/replay", replayAll)
        routes.api(.post, "/dead-letters/purge", purge)
        routes.api(.get, "/dead-letters/:id", show)
        routes.api(.delete, "/dead-letters/:id", delete)
        routes.api(.post, "/dead-letters/:id/replay", replay)
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let cursor = query.cursor()
        var filter = query.deliveryFilter(states: false)
        try query.finish()
        filter.states = [.dead]
        return try await store.page(filter, before: cursor, limit: limit, destinations)
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let delivery = try await store.existingDelivery(request.path("id"))
        guard delivery.state == .dead else {
            throw APIError.notFound(
                "Delivery \(delivery.name) is \(delivery.state.name), not dead; see /api/v1/deliveries/\(delivery.id)."
            )
        }
        return try await store.answer(delivery, destinations)
    }

    private func replay(_ request: APIHandlerRequest) async throws -> Response {
        let delivery = try await deadLetter(request)
        let change = try await store.retry(delivery.id, at: clock.now)
        await destinations.deliveriesRequeued()
        return try await store.answer(
            to: change,
            of: delivery,
            destinations,
            message: "Dead letter replayed",
            allowed: Self.allowed
        )
    }

    /// Cancels the dead letter: the next sweep deletes it, and until then it is excluded from replays.
    private func delete(_ request: APIHandlerRequest) async throws -> Response {
        let delivery = try await deadLetter(request)
        return try await store.answer(
            to: try await store.cancel(delivery.id, at: clock.now),
            of: delivery,
            destinations,
            message: "Dead letter removed",
            allowed: Self.allowed
        )
    }

    private func replayAll(_ request: APIHandlerRequest) async throws -> Response {
        var body = try await request.body()
        let filter = try body.deadLetterFilter()
        let count = try await store.replayDeadLetters(filter, at: clock.now)
        await destinations.deliveriesRequeued()
        return APIResponseBuilder.success(["replayed": .orNull(count)], message: "\(count) dead letters replayed")
    }

    private func purge(_ request: APIHandlerRequest) async throws -> Response {
        var body = try await request.body()
        let filter = try body.deadLetterFilter()
        let count = try await store.purgeDeadLetters(filter)
        return APIResponseBuilder.success(["purged": .orNull(count)], message: "\(count) dead letters deleted")
    }

    private static let allowed = "this route is for dead letters"

    private func deadLetter(_ request: APIHandlerRequest) async throws -> DeliveryDetails {
        let delivery = try await store.existingDelivery(request.path("id"))
        guard delivery.state == .dead else { throw APIError.wrongState(delivery.state, allowed: Self.allowed) }
        return delivery
    }
}
