internal import HTTPTypes

/// A method and path that there is.
struct RegisteredRoute: Sendable {
    let method: HTTPRequest.Method
    private let parts: [Substring]

    init(method: HTTPRequest.Method, path: String) {
        self.method = method
        parts = path.split(separator: "/")
    }

    /// Whether a path is one of this route's, whatever the method.
    func matches(_ path: String) -> Bool {
        let given = path.split(separator: "/")
        return given.count == parts.count && zip(parts, given).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}
