internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for stored messages, the directory, and single events.
struct MessageHistoryRoutes: Sendable {
    let store: any RelayStore

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/messages", messages)
        routes.api(.get, "/chats", chats)
        routes.api(.get, "/contacts", contacts)
        routes.api(.get, "/groups", groups)
        routes.api(.get, "/events/:id", event)
    }

    private func messages(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        let limit = query.limit()
        let offset = query.offset()
        var filter = HistoryMessageQuery()
        filter.session = query.id("session")
        filter.chat = query.id("chat").map(canonicalChat)
        filter.type = query.text("type")
        filter.isOutbound = query.choice("direction", [("inbound", false), ("outbound", true)])
        filter.since = query.timestamp("since")
        filter.until = query.timestamp("until")
        try query.finish()
        let total = try await store.countMessages(filter)
        let messages = try await store.messages(filter, offset: offset, limit: limit)
        return APIResponseBuilder.page(
            messages.map(HistoryAndDirectoryView.json), limit: limit, offset: offset, total: total)
    }

    private func chats(_ request: APIHandlerRequest) async throws -> Response {
        let page = try DirectoryListParameters(request)
        let (chats, total) = try await store.chats(
            session: page.session, search: page.search, offset: page.offset, limit: page.limit)
        return page.answer(chats.map(HistoryAndDirectoryView.json), total: total)
    }

    private func contacts(_ request: APIHandlerRequest) async throws -> Response {
        let page = try DirectoryListParameters(request)
        let (contacts, total) = try await store.contacts(
            session: page.session, search: page.search, offset: page.offset, limit: page.limit)
        return page.answer(contacts.map(HistoryAndDirectoryView.json), total: total)
    }

    private func groups(_ request: APIHandlerRequest) async throws -> Response {
        let page = try DirectoryListParameters(request)
        let (groups, total) = try await store.groups(
            session: page.session, search: page.search, offset: page.offset, limit: page.limit)
        return page.answer(groups.map(HistoryAndDirectoryView.json), total: total)
    }

    private func event(_ request: APIHandlerRequest) async throws -> Response {
        let text = try request.path("id")
        guard let id = EventID(text), let event = try await store.event(id) else {
            throw APIError.notFound("There is no event \(text.prefix(64)), or its retention is over.")
        }
        return APIResponseBuilder.success(HistoryAndDirectoryView.json(event))
    }
}

/// The common parameters of the three directory routes.
private struct DirectoryListParameters {
    let session: String?
    let search: String?
    let limit: Int
    let offset: Int

    init(_ request: APIHandlerRequest) throws(APIError) {
        var query = try request.query()
        limit = query.limit()
        offset = query.offset()
        session = query.id("session")
        search = query.text("search")
        try query.finish()
    }

    func answer(_ rows: [JSON], total: Int) -> Response {
        APIResponseBuilder.page(rows, limit: limit, offset: offset, total: total)
    }
}
