internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for documents that sources rejected.
struct RejectedDocumentRoutes: Sendable {
    let store: any RejectedDocumentStore

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/rejected-documents", list)
        routes.api(.get, "/rejected-documents/:id", show)
        routes.api(.delete, "/rejected-documents/:id", delete)
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let source = query.text("source")
        var cursor: RejectedDocumentID?
        if let text = query.text("cursor") {
            cursor = RejectedDocumentID(text)
            if cursor == nil { query.problem("cursor", "is none; give the `next_cursor` of the page before") }
        }
        try query.finish()
        let rows = try await store.rejectedDocuments(source: source, before: cursor, limit: limit + 1)
        let shown = rows.prefix(limit)
        return APIResponseBuilder.page(
            shown.map(RejectedDocumentView.json),
            limit: limit,
            nextCursor: rows.count > limit ? shown.last?.id.description : nil
        )
    }

    private func show(_ request: APIHandlerRequest) async throws -> Response {
        let text = try request.path("id")
        guard let id = RejectedDocumentID(text), let kept = try await store.rejectedDocument(id) else {
            throw Self.notFound(text)
        }
        return APIResponseBuilder.success(RejectedDocumentView.full(kept))
    }

    private func delete(_ request: APIHandlerRequest) async throws -> Response {
        let text = try request.path("id")
        guard let id = RejectedDocumentID(text), try await store.deleteRejectedDocument(id) else {
            throw Self.notFound(text)
        }
        return APIResponseBuilder.success(["id": .string(id.description)], message: "Rejected document deleted")
    }

    private static func notFound(_ text: String) -> APIError {
        .notFound(
            "There is no rejected document \(text.prefix(80)): newer ones have displaced it, or it was received again and has another id. "
                + "GET /api/v1/rejected-documents lists those that are kept.")
    }
}
