internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// The route for the nodes that share the store.
struct NodeRoutes: Sendable {
    let directory: any NodeDirectory

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/nodes", list)
    }

    private func list(_ request: APIHandlerRequest) async throws -> Response {
        var query = try request.query()
        try query.finish()
        let nodes = try await directory.nodes()
        return APIResponseBuilder.success(.array(nodes.map(NodeView.json)))
    }
}
