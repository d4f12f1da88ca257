internal import RelayChatwoot
internal import RelayCore

extension WhatsAppSendFailure {
    /// Why the last attempt to send a command failed.
    /// - Parameter error: why the command could not be executed at all; nil: it was sent to the gateway.
    init(_ result: AttemptResult, _ error: OutboundMessageRequestError?) {
        if let error {
            switch error.code {
            case .noRecipient: self.init(.noRecipientNumber, reason: error.message)
            case .hiddenRecipient: self.init(.recipientNumberHidden, reason: error.message)
            case .empty: self.init(.nothingToSend, reason: error.message)
            case .other: self.init(.other, reason: error.message)
            }
            return
        }
        let body = GatewayErrorBody(body: result.response)
        switch result.outcome {
        case .delivered, .refused:
            self.init(Self.cause(status: result.status ?? 0), code: body.code, reason: body.reason)
            if reason == nil, let status = result.status { reason = "HTTP \(status)" }
        case .failed(let kind):
            switch kind {
            case .dns, .connect, .tls, .blockedAddress: self.init(.gatewayUnreachable)
            case .timeout, .reset, .protocolError, .interrupted: self.init(.gatewaySilent)
            case .invalidRequest, .localShortage, .other: self.init(.other, reason: result.error)
            }
        }
    }

    private static func cause(status: Int) -> Cause {
        switch status {
        case 401, 403: .keyRefused
        case 404: .sessionUnknown
        case 500...599: .gatewayUnavailable
        default: .refused
        }
    }
}
