internal import RelayJSON

/// Why a message was not sent on WhatsApp, as agents are told.
package struct WhatsAppSendFailure: Sendable, Hashable {
    package enum Cause: Sendable, Hashable {
        /// The gateway answered, and did not take the message.
        case refused
        /// The gateway answered 5xx.
        case gatewayUnavailable
        /// No connection to the gateway was made.
        case gatewayUnreachable
        /// The request left, and no answer came: the message may have been sent.
        case gatewaySilent
        /// The gateway answered 401 or 403.
        case keyRefused
        /// The gateway answered 404.
        case sessionUnknown
        /// The contact has no phone number, or none that the gateway can send to.
        case noRecipientNumber
        case recipientNumberHidden
        case nothingToSend
        /// WhatsApp reported afterwards that it was not delivered.
        case notDelivered
        /// Anything else; ``WhatsAppSendFailure/reason`` says what.
        case other
    }

    package var cause: Cause
    /// The error code of Meta or WhatsApp, such as 131047; nil: none was told. It is never an HTTP status.
    package var code: Int?
    /// What the gateway, WhatsApp or the relay says, on one line, in whatever language it was said; nil: nothing.
    package var reason: String?

    package init(_ cause: Cause, code: Int? = nil, reason: String? = nil) {
        self.cause = cause
        self.code = code
        self.reason = reason
    }

    /// The text for agents: what the code means, or what happened, and behind it what was said.
    package func text(in language: AgentNoticeLanguage) -> String {
        let meaning = code.flatMap(WhatsAppErrorMeaning.meaning)
        var said = reason
        if let code, meaning != nil || reason != nil { said = "\(code)" + (reason.map { ": " + $0 } ?? "") }
        let text: String
        switch (meaning ?? notice, said) {
        case (let notice?, let said?) where isOwnText: text = language == .english ? said : notice.text(in: language)
        case (let notice?, let said?) where meaning != nil: text = "\(notice.text(in: language)) (\(said))"
        case (let notice?, let said?): text = "\(notice.text(in: language)): \(said)"
        case (let notice?, nil): text = notice.text(in: language)
        case (nil, let said): text = said ?? AgentPhrase.failureUnexplained.text(in: language)
        }
        return TextTruncation.text(text, to: Self.limit)
    }

    private static let limit = 500

    /// Whether ``reason`` is the relay's own text, which says the same as the notice.
    private var isOwnText: Bool {
        [.noRecipientNumber, .recipientNumberHidden, .nothingToSend].contains(cause)
    }

    private var notice: AgentPhrase? {
        switch cause {
        case .refused: .sendRefused
        case .gatewayUnavailable: .gatewayUnavailable
        case .gatewayUnreachable: .gatewayUnreachable
        case .gatewaySilent: .gatewaySilent
        case .keyRefused: .gatewayKeyRefused
        case .sessionUnknown: .gatewaySessionUnknown
        case .noRecipientNumber: .noRecipientNumber
        case .recipientNumberHidden: .recipientNumberHidden
        case .nothingToSend: .nothingToSend
        case .notDelivered: nil
        case .other: .sendFailed
        }
    }
}

extension WhatsAppSendFailure {
    /// The failure in the payload of `message.failed`: `error`, `errorCode`, and Meta's own `errors`.
    init(payload: JSONObject) {
        let first = payload.objects("errors").first
        let text = payload.text("error").flatMap { $0 == "unknown" ? nil : $0 }
        var code = (payload["errorCode"] ?? first?["code"]).flatMap(Self.code)
        var reason = text
        // Some formats write the code in front of the text.
        let digits = (text ?? "").prefix { $0.isASCII && $0.isNumber }
        if let text, !digits.isEmpty, let number = Int(digits), code == nil || code == number {
            let rest = text.dropFirst(digits.count).drop { " :-".contains($0) }
            if rest.isEmpty || text.dropFirst(digits.count).first.map({ " :-".contains($0) }) == true {
                code = number
                reason = rest.isEmpty ? nil : String(rest)
            }
        }
        let details = first?["error_data"]?.object?.text("details") ?? first?.text("details")
        self.init(.notDelivered, code: code, reason: details ?? reason)
    }

    /// A code that is a number or its digits.
    private static func code(_ json: JSON) -> Int? {
        json.int.map { Int($0) } ?? json.string.flatMap { Int($0) }
    }
}

/// The error codes of Meta's Cloud API, and of WhatsApp itself.
enum WhatsAppErrorMeaning {
    /// What a code means; nil for one that says no more than its text does.
    static func meaning(_ code: Int) -> AgentPhrase? {
        switch code {
        case 470, 131047: .windowClosed
        case 131026: .recipientUnavailable
        case 131030: .recipientNotAllowed
        case 131021: .recipientIsSender
        case 131050: .recipientOptedOut
        case 130472, 131049: .marketingLimited
        case 368, 463, 131031: .accountRestricted
        case 130497: .countryRestricted
        case 131042: .paymentMissing
        case 4, 80007, 130429, 131056: .tooManyMessages
        case 131048: .reportedAsSpam
        case 131051: .messageTypeUnsupported
        case 131052, 131053: .fileRefused
        case 131045, 133010: .senderNotRegistered
        case 131037: .senderNameNotApproved
        case 0, 190: .accessTokenInvalid
        case 3, 10, 200...299, 131005: .permissionMissing
        case 33, 100, 131008, 131009: .parameterInvalid
        case 132000, 132001, 132005, 132007, 132012, 132015, 132016: .templateRefused
        case 1, 2, 131000, 131016, 131057: .metaUnavailable
        default: nil
        }
    }
}
