package import RelayCore

/// Why a request never got an answer. A status, even 500, is an ``HTTPResponse`` and not a failure.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// A bounded set, fit for a metric's label.
    package enum Kind: String, CaseIterable, Sendable {
        /// The host's name could not be resolved.
        case dns
        /// No TCP connection: refused, unreachable.
        case connect
        /// The TLS handshake failed, or the certificate was not accepted.
        case tls
        /// The connect time-out or the whole time-out passed.
        case timeout
        /// The connection ended before a whole response had arrived.
        case reset
        /// What came back is not HTTP, or breaks its limits.
        case protocolError = "protocol"
        /// A streamed body is longer than ``HTTPRequest/maximumResponseBody``.
        case tooLarge = "too_large"
        /// The egress guard denied every address of the host.
        case blockedAddress = "blocked_address"
        /// The request itself is wrong (URL, method, header); nothing was sent.
        case invalidRequest = "invalid_request"
        /// The caller cancelled, or the engine was shut down.
        case cancelled
        /// Everything else, mostly a shortage on this machine.
        case other
    }

    /// What happened, bounded.
    package var kind: Kind
    /// What happened and what to check, for people. Holds no path, query or header of the request.
    package var message: String
    /// From the hand-over to the engine until the failure.
    package var duration: Duration
    /// The system's name for it where there is one, e.g. `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`.
    package var networkCode: String?

    package init(kind: Kind, message: String, duration: Duration = .zero, networkCode: String? = nil) {
        self.kind = kind
        self.message = message
        self.duration = duration
        self.networkCode = networkCode
    }

    /// `kind: message`.
    package var description: String { "\(kind.rawValue): \(message)" }
}

extension DeliveryFailureKind {
    package init(_ kind: HTTPClientError.Kind) {
        switch kind {
        case .dns: self = .dns
        case .connect: self = .connect
        case .tls: self = .tls
        case .timeout: self = .timeout
        case .reset: self = .reset
        case .protocolError, .tooLarge: self = .protocolError
        case .blockedAddress: self = .blockedAddress
        case .invalidRequest: self = .invalidRequest
        case .cancelled: self = .interrupted
        case .other: self = .other
        }
    }
}
