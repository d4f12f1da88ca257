package import RelayJSON

/// The state of a delivery. It is always in exactly one of these.
package enum DeliveryState: Int, Sendable, CaseIterable {
    case queued = 0
    case inFlight = 1
    case delivered = 2
    case dead = 3
    case cancelled = 4

    /// The name in the API and in metrics.
    package var name: String {
        switch self {
        case .queued: "queued"
        case .inFlight: "in_flight"
        case .delivered: "delivered"
        case .dead: "dead"
        case .cancelled: "cancelled"
        }
    }

    package init?(name: some StringProtocol) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }
}

/// Why a delivery is a dead letter: a bounded set, fit for metric labels.
package enum DeadLetterReason: String, Sendable, CaseIterable {
    /// Every attempt that the policy allows was made.
    case exhausted
    /// The receiver's answer is not one that the policy retries.
    case refused
    /// The policy's `max_elapsed_time` is over.
    case expired
    /// The egress guard denies the destination's IP address.
    case blockedDestination = "blocked_destination"
    /// The request could not be built.
    case invalidRequest = "invalid_request"
    /// The process ended during the last attempt that the policy allows.
    case interrupted
    /// A stage failed; nothing was sent.
    case stageFailed = "stage_failed"
    /// The process ended twice in succession while the event ran alone; nothing was sent.
    case crashed
}

/// How a delivery is signed; the key is the destination's, and the signature is made anew at each attempt.
package enum WebhookSigningScheme: Sendable, Hashable {
    /// Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    case standardWebhooks
    /// A plain HMAC of the body in one header.
    case hmac(HMACSignatureFormat)
}

/// A plain HMAC signature: which hash, which header, how written.
package struct HMACSignatureFormat: Sendable, Hashable {
    package enum Algorithm: String, Sendable, CaseIterable { case sha1, sha256, sha512 }
    package enum Encoding: String, Sendable, CaseIterable { case hex, base64 }

    package var algorithm: Algorithm
    package var header: String
    package var encoding: Encoding
    /// Stands before the signature, as in `sha256=`.
    package var prefix: String

    package init(
        algorithm: Algorithm = .sha256,
        header: String = "X-ZapHub-Signature",
        encoding: Encoding = .hex,
        prefix: String = "sha256="
    ) {
        self.algorithm = algorithm
        self.header = header
        self.encoding = encoding
        self.prefix = prefix
    }
}

/// A delivery that a pipeline decided on and the store has not numbered yet.
package struct PlannedDelivery: Sendable {
    package var pipeline: String
    package var destination: DestinationKey
    package var type: EventType
    package var session: String
    package var chat: String?
    /// Deliveries of one lane go out one at a time, in order; nil: no order.
    package var lane: String?
    package var signing: WebhookSigningScheme?
    /// When the event was accepted.
    package var receivedAt: Timestamp
    /// The body up to the `deliveryId`'s last letters, which only the store knows. Deliveries of an event to several
    /// destinations may have the same.
    package private(set) var head: [UInt8]

    /// Renders the envelope of stage-07: `{event, sessionId, payload, timestamp, deliveryId}`.
    /// - Parameter body: what stands in place of the envelope; the `deliveryId` becomes its last member.
    package init(
        of event: Event,
        body: JSONObject? = nil,
        to destination: DestinationKey,
        lane: String?,
        pipeline: String,
        signing: WebhookSigningScheme?
    ) {
        self.pipeline = pipeline
        self.destination = destination
        self.lane = lane
        self.signing = signing
        type = event.type
        session = event.session
        chat = event.chat
        receivedAt = event.receivedAt
        var encoder = JSONObjectEncoder()
        if let body {
            for (key, value) in body where key != "deliveryId" { encoder.append(key, value) }
        } else {
            // The members of `Event.view`.
            encoder.append("event", .string(type.name))
            encoder.append("sessionId", .string(session))
            encoder.append("payload", .object(event.payload))
            encoder.append("timestamp", .string(receivedAt.iso8601))
        }
        encoder.append("deliveryId", .string(DeliveryIDFormat.prefix(session: session, type: type, at: receivedAt)))
        head = encoder.bytes
        head.removeLast()  // the quote, which follows the suffix
    }

    /// Bytes of the whole body.
    package var byteCount: Int { head.count + Self.endLength }

    /// Bytes that follow the head: 13 letters, a quote and a brace.
    package static let endLength = 15

    /// The whole body under the number that the store gave.
    package func body(for id: DeliveryID) -> [UInt8] { Self.body(head, for: id) }

    /// The whole body of a delivery, from ``head``.
    package static func body(_ head: [UInt8], for id: DeliveryID) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(head.count + endLength)
        body.append(contentsOf: head)
        body.append(contentsOf: id.suffix.utf8)
        body.append(UInt8(ascii: "\""))
        body.append(UInt8(ascii: "}"))
        return body
    }
}

/// The text form of a delivery's id, as stage-07 shapes it: `webhook-<session>-<event>-<unix>-<suffix>`.
package enum DeliveryIDFormat {
    static func prefix(session: String, type: EventType, at moment: Timestamp) -> String {
        String(concatenating: "webhook-", session, "-", type.name, "-", String(moment.seconds), "-")
    }

    /// - Parameter moment: when the event was accepted.
    package static func text(of id: DeliveryID, session: String, type: EventType, at moment: Timestamp) -> String {
        String(concatenating: prefix(session: session, type: type, at: moment), id.suffix)
    }
}

/// A delivery taken off the outbox for its next attempt: the attempt is counted, the request not yet sent.
package struct ClaimedDelivery: Sendable, Identifiable {
    package let id: DeliveryID
    package let destination: DestinationKey
    package let session: String
    package let type: EventType
    package let chat: String?
    /// This attempt's number over the delivery's whole life; also the token without which a result changes nothing.
    package private(set) var attempt: Int
    /// This attempt's number since the delivery was queued or last replayed; what a retry policy counts. Interrupted
    /// attempts are left out, up to ``RetryPolicy/uncountedInterruptions``.
    package private(set) var attemptInSeries: Int
    /// The interrupted attempts of the series that were not counted.
    package let interruptionsInSeries: Int
    /// When the first attempt of the series was made, later by the time in which the destination was paused since.
    package var seriesStartedAt: Timestamp
    /// When the event was accepted.
    package let receivedAt: Timestamp
    package let signing: WebhookSigningScheme?
    package let body: [UInt8]

    package init(
        id: DeliveryID,
        destination: DestinationKey,
        session: String,
        type: EventType,
        chat: String?,
        attempt: Int,
        attemptInSeries: Int,
        interruptionsInSeries: Int = 0,
        seriesStartedAt: Timestamp,
        receivedAt: Timestamp,
        signing: WebhookSigningScheme?,
        body: [UInt8]
    ) {
        self.id = id
        self.destination = destination
        self.session = session
        self.type = type
        self.chat = chat
        self.attempt = attempt
        self.attemptInSeries = attemptInSeries
        self.interruptionsInSeries = interruptionsInSeries
        self.seriesStartedAt = seriesStartedAt
        self.receivedAt = receivedAt
        self.signing = signing
        self.body = body
    }

    /// The `deliveryId` that body and headers carry.
    package var name: String { DeliveryIDFormat.text(of: id, session: session, type: type, at: receivedAt) }

    /// An attempt in the first series of a delivery that no store keeps, such as in a test or a dry run.
    /// - Parameter seriesStartedAt: default the moment when the event was accepted.
    package init(_ planned: PlannedDelivery, id: DeliveryID, attempt: Int = 1, seriesStartedAt: Timestamp? = nil) {
        self.init(
            id: id,
            destination: planned.destination,
            session: planned.session,
            type: planned.type,
            chat: planned.chat,
            attempt: attempt,
            attemptInSeries: attempt,
            seriesStartedAt: seriesStartedAt ?? planned.receivedAt,
            receivedAt: planned.receivedAt,
            signing: planned.signing,
            body: planned.body(for: id)
        )
    }

    /// The same delivery at another attempt of its first series.
    package func attempt(_ number: Int) -> ClaimedDelivery {
        var delivery = self
        delivery.attempt = number
        delivery.attemptInSeries = number
        return delivery
    }
}
