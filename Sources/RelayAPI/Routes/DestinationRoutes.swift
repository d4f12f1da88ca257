internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for destinations and their states.
struct DestinationRoutes: Sendable {
    let control: any DestinationControl
    let tests: any TestEventSender

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/destinations") { _ in
            APIResponseBuilder.success(.array(try await control.destinations().map(DestinationView.json)))
        }
        routes.api(.get, "/destinations/:key") { request in
            APIResponseBuilder.success(DestinationView.json(try await control.destination(key(request))))
        }
        routes.api(.post, "/destinations/:key/pause") { request in
            let key = try key(request)
            try await control.pause(key)
            return APIResponseBuilder.success(
                DestinationView.json(try await control.destination(key)), message: "Destination paused")
        }
        routes.api(.post, "/destinations/:key/resume") { request in
            let key = try key(request)
            var body = try await request.body()
            let rate = body.rate("rate")
            try body.finish()
            try await control.resume(key, rate: rate)
            return APIResponseBuilder.success(
                DestinationView.json(try await control.destination(key)), message: "Destination resumed")
        }
        routes.api(.post, "/destinations/:key/test", test)
        routes.api(.delete, "/destinations/:key/queued") { request in
            let count = try await control.cancelQueued(key(request))
            return APIResponseBuilder.success(["cancelled": .orNull(count)], message: "\(count) deliveries cancelled")
        }
    }

    private func key(_ request: APIHandlerRequest) throws -> DestinationKey {
        DestinationKey(try request.path("key"))
    }

    private func test(_ request: APIHandlerRequest) async throws -> Response {
        var body = try await request.body()
        let event = body.eventType("event") ?? .webhookTest
        try body.finish()
        return WebhookTestView.response(try await tests.test(destination: key(request), event: event))
    }
}
