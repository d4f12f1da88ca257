/// A receiver's response, with any status.
package struct HTTPClientResponse: Sendable {
    /// The final status, never 1xx.
    package var status: Int
    /// Up to 16 KiB of the header, in order, names in lower case; fields beyond that are left out.
    package var headers: [(name: String, value: String)] { fields.all }
    /// The first ``HTTPClientRequest/keptResponseBody`` bytes of the body, as received (never decompressed).
    package var body: [UInt8]
    /// Whether the body was longer than ``body``.
    package var bodyTruncated: Bool
    /// The time from submitting the request to the end of the response.
    package var duration: Duration
    /// The peer's IP address.
    package var address: String? { peer?.description }
    /// Whether the request opened a new connection.
    package var newConnection: Bool

    private let fields: ResponseFields
    private let peer: IPAddress?

    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        bodyTruncated: Bool = false,
        duration: Duration = .zero,
        newConnection: Bool = false
    ) {
        self.init(
            status: status, fields: .given(headers), body: body, bodyTruncated: bodyTruncated, duration: duration,
            peer: nil, newConnection: newConnection)
    }

    init(
        status: Int,
        fields: ResponseFields,
        body: [UInt8],
        bodyTruncated: Bool,
        duration: Duration,
        peer: IPAddress?,
        newConnection: Bool
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.bodyTruncated = bodyTruncated
        self.duration = duration
        self.peer = peer
        self.newConnection = newConnection
    }

    /// The start of the body as text, at most 4 KiB, for the record of the attempt; nil when the body is empty.
    package var excerpt: String? {
        guard !body.isEmpty else { return nil }
        let limit = 4096
        // Each invalid byte becomes three bytes of UTF-8, so the length is checked again.
        var text = String(decoding: body.prefix(limit), as: UTF8.self)
        while text.utf8.count > limit { text.unicodeScalars.removeLast() }
        return text
    }

    /// The first value of a header.
    ///
    /// - Parameter name: in any letter case.
    package func header(_ name: String) -> String? { fields.first(name) }
}
