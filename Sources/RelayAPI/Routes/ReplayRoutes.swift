internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for replays, which run stored events through the pipelines again or send deliveries again.
struct ReplayRoutes: Sendable {
    let store: any RelayStore
    let control: any ReplayControl
    let clock: any RelayClock

    func add(to routes: inout RouteTable) {
        routes.api(.post, "/replays", create)
        routes.api(.get, "/replays", list)
        routes.api(.get, "/replays/:id", show)
        routes.api(.delete, "/replays/:id", cancel)
    }

    private func create(_ request: APIHandlerRequest) async throws -> Response {
        var body = try await request.body()
        let now = clock.now
        let input = body.replay(now: now)
        let selection = input.selection
        body.add(try await control.problems(in: selection))
        if selection.events.count <= ReplayRequestBody.maxEvents { body.add(try await missing(selection.events)) }
        try body.finish()
        let estimate = try await store.estimate(selection, at: now)
        let warnings = control.warnings(of: selection, estimate: estimate)
        if input.isDryRun { return try await dryRun(input, estimate, warnings) }
        let replay = try await store.createReplay(selection, rate: input.rate, estimate: estimate)
        await control.replaysChanged()
        var shown = ReplayView.object(replay)
        shown.append("warnings", .strings(warnings))
        return APIResponseBuilder.success(
            .object(shown), message: Self.message(selection, estimate, input.rate), status: .created)
    }

    private static func message(_ selection: ReplaySelection, _ estimate: ReplayEstimate, _ rate: RateLimit) -> String {
        let kind = selection.from == .start ? "events run through the pipelines" : "deliveries are sent"
        let skipped = estimate.skipped > 0 ? ", \(estimate.skipped) are skipped" : ""
        return "\(estimate.count - estimate.skipped) \(kind) again\(skipped), \(rate)"
    }

    private func dryRun(_ input: ReplayRequestBody, _ estimate: ReplayEstimate, _ warnings: [String]) async throws
        -> Response
    {
        switch input.selection.from {
        case .deliver:
            let first = try await store.sampleDeliveries(input.selection, limit: input.examples, at: estimate.at)
            return APIResponseBuilder.success(ReplayView.dryRun(estimate, first: first, warnings: warnings))
        case .start:
            let preview = try await control.preview(input.selection, examples: input.examples)
            return APIResponseBuilder.success(ReplayView.dryRun(estimate, preview, warnings: warnings))
        }
    }

    /// An error for each selected event that the journal does not have.
    private func missing(_ events: [EventID]) async throws -> [APIError.FieldError] {
        var problems: [APIError.FieldError] = []
        for (index, id) in events.enumerated() where try await store.event(id) == nil {
            problems.append(
                APIError.FieldError(pointer: "/events/\(index)", "\(id) is not in the journal, or not any more"))
        }
        return problems
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let cursor = query.text("cursor")
        let before = cursor.flatMap { ReplayID($0) }
        if cursor != nil && before == nil {
            query.problem("cursor", "is none; give the `next_cursor` of the page before")
        }
        try query.finish()
        let rows = try await store.replays(before: before, limit: limit + 1)
        let shown = rows.prefix(limit)
        let next = rows.count > limit ? shown.last?.id.description : nil
        return APIResponseBuilder.page(shown.map(ReplayView.json), limit: limit, nextCursor: next)
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let text = try request.path("id")
        guard let id = ReplayID(text), let replay = try await store.replay(id) else { throw Self.unknown(text) }
        return APIResponseBuilder.success(ReplayView.json(replay))
    }

    private func cancel(_ request: APIHandlerRequest) async throws -> Response {
        let text = try request.path("id")
        guard let id = ReplayID(text) else { throw Self.unknown(text) }
        switch try await store.cancelReplay(id, at: clock.now) {
        case .done(let replay):
            await control.replaysChanged()
            return APIResponseBuilder.success(ReplayView.json(replay), message: "Replay cancelled")
        case .notFound: throw Self.unknown(text)
        case .refused(let state):
            throw APIError.conflict(
                "The replay is \(state.rawValue) already.", details: ["state": .string(state.rawValue)])
        }
    }

    private static func unknown(_ text: String) -> APIError {
        .notFound("There is no replay \(text.prefix(256)). GET /api/v1/replays lists them.")
    }
}
