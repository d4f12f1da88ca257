public import RelayJSON

/// An event on its way through a pipeline, and what the stages have decided about it so far.
public struct Draft: Sendable {
    public var event: Event {
        didSet { cachedView = nil }
    }
    public let pipeline: String
    /// How the deliveries that follow are signed; `sign` sets it.
    public var signing: SigningScheme?
    /// What the deliveries that follow carry instead of the event as receivers see it; `transform` sets it.
    public var body: JSONObject?
    /// The failures that are being dealt with, by the stages of an `on_error`; the last is the one at hand.
    public var failures: [Failure] = [] {
        didSet { cachedView = nil }
    }
    /// What goes into the message history; `persist` adds to it.
    public var records: [HistoryRecord] = []
    /// The event's file, when it is to be fetched after the event has gone on without it.
    public var lateMedia: LateMedia?
    public private(set) var deliveries: [PlannedDelivery] = []
    private var cachedView: JSON?

    public init(event: Event, pipeline: String) {
        self.event = event
        self.pipeline = pipeline
    }

    /// The event as receivers see it, and as `error` the failure that is being dealt with: what expressions are
    /// evaluated on. Made once until a stage changes the event.
    public var view: JSON {
        mutating get {
            if let cachedView { return cachedView }
            var view = event.view
            if let failure = failures.last { view["error"] = failure.json }
            cachedView = view
            return view
        }
    }

    /// Plans one delivery of the event as it is now; none to a route of documents when the event has none.
    public mutating func deliver(to route: Route) {
        let takesDocuments = route.settings.takesDocuments
        if takesDocuments, event.raw == nil { return }
        deliveries.append(
            PlannedDelivery(
                of: event,
                body: takesDocuments ? event.raw?.json : body,
                to: route.destination,
                lane: route.settings.lane(session: event.session, chat: event.chat),
                pipeline: pipeline,
                signing: route.isSigned ? signing : nil
            )
        )
    }
}

extension Draft {
    /// Why a stage failed, for the stages of its `on_error`.
    public struct Failure: Sendable, Hashable {
        /// The id of the stage.
        public var stage: String
        public var message: String
        /// The kind of failure, where the stage tells.
        public var reason: String?

        public init(of stage: String, _ error: StageError) {
            self.stage = stage
            message = error.message
            reason = error.reason
        }

        var json: JSON {
            var object: JSONObject = ["stage": .string(stage), "message": .string(message)]
            if let reason { object["reason"] = .string(reason) }
            return .object(object)
        }
    }
}
