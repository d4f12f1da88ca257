/// A receiver of deliveries, with its settings.
package protocol Destination: Sendable {
    var settings: DestinationDispatchSettings { get }

    /// Where it sends, for people: a URL, a path.
    var target: String { get }

    /// Tells this receiver from another, without secrets. Default ``target``.
    var receiver: String { get }

    /// Sends once and returns the result. The dispatcher decides whether and when to try again.
    /// - Parameter moment: the wall clock's, for the signature.
    func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult

    /// Sends the deliveries of a batch, two or more, in one request; what comes of it counts for each. Only a
    /// destination whose settings have a ``DestinationDispatchSettings/batch`` is asked to.
    func send(_ batch: [ClaimedDelivery], at moment: Timestamp) async -> AttemptResult

    /// Learns that a delivery has become a dead letter, for those whose people wait for it. Best effort: nothing waits
    /// for it, and a process that ends first does not make up for it.
    /// - Parameter result: of the last attempt.
    func gaveUp(_ delivery: ClaimedDelivery, after result: AttemptResult, at moment: Timestamp) async
}

extension Destination {
    package var receiver: String { target }

    package func gaveUp(_ delivery: ClaimedDelivery, after result: AttemptResult, at moment: Timestamp) async {}

    /// For kinds that take one at a time: one after the other, up to the first that is not taken.
    package func send(_ batch: [ClaimedDelivery], at moment: Timestamp) async -> AttemptResult {
        var result = AttemptResult(outcome: .delivered, target: target, duration: .zero)
        for delivery in batch where result.isDelivered {
            let before = result.duration
            result = await send(delivery, at: moment)
            result.duration += before
        }
        return result
    }
}

/// What the dispatcher needs to know of a destination.
package struct DestinationDispatchSettings: Sendable, Hashable {
    package enum Ordering: String, Sendable, CaseIterable {
        /// One at a time for each chat, in the order of acceptance; a retry holds up its chat.
        case perChat = "per_chat"
        /// Later messages may overtake a retry.
        case none
    }

    package enum Content: Sendable, Hashable {
        /// Events as the pipelines make them.
        case events
        /// The gateway's documents about single events (``RawGatewayDocument``); an event without one is not sent to it.
        case documents
        /// Every document of the gateways, as it was posted (``EventType/documentReceived``), and nothing else.
        case originals
    }

    /// Default ``Ordering/perChat``.
    package var ordering: Ordering
    /// Requests under way at once, in ``maxInFlightRange``; a batch is one request. Default 16.
    package var maxInFlight: Int
    /// The rate at which requests start; nil: no limit.
    package var rateLimit: RateLimit?
    package var retry: RetryPolicy
    /// The events that it receives; default all.
    package var events: EventTypeFilter
    /// What else the events have to be; nil: anything.
    package var keep: EventCriteria?
    /// Several deliveries in one request; nil: each in its own.
    package var batch: BatchPolicy?
    /// What it gets. Default ``Content/events``.
    package var content: Content

    package static let maxInFlightRange = 1...1000

    package init(
        ordering: Ordering = .perChat,
        maxInFlight: Int = 16,
        rateLimit: RateLimit? = nil,
        retry: RetryPolicy = RetryPolicy(),
        events: EventTypeFilter = EventTypeFilter(),
        keep: EventCriteria? = nil,
        batch: BatchPolicy? = nil,
        content: Content = .events
    ) {
        self.ordering = ordering
        self.maxInFlight = maxInFlight
        self.rateLimit = rateLimit
        self.retry = retry
        self.events = events
        self.keep = keep
        self.batch = batch
        self.content = content
    }

    /// Why the destination does not receive an event: the option, and what the event is instead; nil when it does.
    package func rejection(of event: Event) -> String? {
        if (content == .originals) != (event.type == .documentReceived) {
            return content == .originals
                ? "body: original takes documents as they were posted, not events"
                : "it takes events, not documents as they were posted"
        }
        if !events.matches(event.type) { return "events: the event is \(event.type.name)" }
        if let reason = keep?.rejection(of: event) { return "criteria.\(reason)" }
        if content != .events, event.raw == nil { return "the event has no document of its own (keep_raw)" }
        return nil
    }

    /// The lane of an event at this destination; nil without order. Events of the session itself share one lane; the
    /// session of a document is its source, so the documents of a source share one, too.
    package func lane(session: String, chat: String?) -> String? {
        ordering == .perChat ? DeliveryLaneName.text(session: session, chat: chat) : nil
    }
}

/// A count per duration: `20/s`, `600/m`.
package struct RateLimit: Sendable, Hashable, CustomStringConvertible {
    package var count: Int
    package var per: Duration

    package init(count: Int, per: Duration) {
        self.count = count
        self.per = per
    }

    /// Reads `20/s`, `600/m`, `1000/h`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int(parts[0]), count > 0
        else { return nil }
        let units: [Substring: Duration] = ["s": .seconds(1), "m": .seconds(60), "h": .seconds(3600)]
        guard let per = units[Substring(parts[1])] else { return nil }
        self.init(count: count, per: per)
    }

    package var description: String {
        switch per {
        case .seconds(1): "\(count)/s"
        case .seconds(60): "\(count)/m"
        case .seconds(3600): "\(count)/h"
        default: "\(count)/\(per.milliseconds)ms"
        }
    }
}
