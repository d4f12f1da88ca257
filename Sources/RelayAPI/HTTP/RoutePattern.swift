internal import HTTPTypes

/// The method and path of an existing route.
struct RoutePattern: Sendable {
    let method: HTTPRequest.Method
    private let parts: [Substring]

    init(method: HTTPRequest.Method, path: String) {
        self.method = method
        parts = path.split(separator: "/")
    }

    /// Whether a path belongs to this route, regardless of the method.
    func matches(_ path: String) -> Bool {
        let given = path.split(separator: "/")
        return given.count == parts.count && zip(parts, given).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}
