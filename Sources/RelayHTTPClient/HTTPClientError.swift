package import RelayCore

/// Why a request got no response. A response with any status, even 500, is an ``HTTPClientResponse`` and not an error.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// A bounded set, fit for a metric's label.
    package enum Code: String, CaseIterable, Sendable {
        /// The host's name could not be resolved.
        case dns
        /// No TCP connection: refused or unreachable.
        case connect
        /// The TLS handshake failed, or the certificate was not accepted.
        case tls
        /// The connect timeout or the total timeout passed.
        case timeout
        /// The connection was closed before the whole response had arrived.
        case reset
        /// The response is not valid HTTP, or exceeds its limits.
        case protocolError = "protocol"
        /// The body of a stream is longer than ``HTTPClientRequest/maximumResponseBody``.
        case tooLarge = "too_large"
        /// The egress guard denied every address of the host.
        case blockedAddress = "blocked_address"
        /// The request itself is invalid (URL, method, header); nothing was sent.
        case invalidRequest = "invalid_request"
        /// The caller cancelled the request, or the engine was shut down.
        case cancelled
        /// This machine had no resources for the request, such as a descriptor or a port; nothing was sent.
        case localShortage = "local_shortage"
        /// Everything else.
        case other
    }

    /// What happened, bounded.
    package var code: Code
    /// What happened and what to check, for people. Holds no path, query or header of the request.
    package var message: String
    /// The time from submitting the request to the failure.
    package var duration: Duration
    /// The system's error name, if there is one, for example `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`.
    package var networkCode: String?

    package init(code: Code, message: String, duration: Duration = .zero, networkCode: String? = nil) {
        self.code = code
        self.message = message
        self.duration = duration
        self.networkCode = networkCode
    }

    /// `code: message`.
    package var description: String { "\(code.rawValue): \(message)" }
}

extension RequestFailureReason {
    package init(_ code: HTTPClientError.Code) {
        switch code {
        case .dns: self = .dns
        case .connect: self = .connect
        case .tls: self = .tls
        case .timeout: self = .timeout
        case .reset: self = .reset
        case .protocolError, .tooLarge: self = .protocolError
        case .blockedAddress: self = .blockedAddress
        case .invalidRequest: self = .invalidRequest
        case .cancelled: self = .interrupted
        case .localShortage: self = .localShortage
        case .other: self = .other
        }
    }
}
