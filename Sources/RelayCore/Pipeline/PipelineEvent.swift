package import RelayJSON

/// An event in a pipeline, and what the stages have decided about it so far.
package struct PipelineEvent: Sendable {
    package var event: Event {
        didSet { cachedView = nil }
    }
    package let pipeline: String
    /// How the deliveries that follow are signed; `sign` sets it.
    package var signing: WebhookSigningScheme?
    /// The body of the deliveries that follow, instead of the event's envelope; `transform` sets it.
    package var body: JSONObject?
    /// The failures whose `on_error` stages run now; the last is the current one.
    package var failures: [StageFailure] = [] {
        didSet { cachedView = nil }
    }
    /// What goes into the message history; `persist` adds to it.
    package var records: [HistoryChange] = []
    /// The event's file, when it is to be fetched after the event's deliveries went out without it.
    package var lateMedia: LateMedia?
    package private(set) var deliveries: [PlannedDelivery] = []
    /// The destinations that a `deliver` named and that do not get the event, for its trace.
    package private(set) var rejections: [EventTrace.Rejection] = []
    private var cachedView: JSON?

    package init(event: Event, pipeline: String) {
        self.event = event
        self.pipeline = pipeline
    }

    /// The event as receivers see it, and as `error` the failure that is being dealt with: what expressions are
    /// evaluated on. Made once until a stage changes the event.
    package var view: JSON {
        mutating get {
            if let cachedView { return cachedView }
            var view = event.view
            if let failure = failures.last { view["error"] = failure.json }
            cachedView = view
            return view
        }
    }

    /// Plans one delivery of the event as it is now to each destination, unless it does not take the event, which is
    /// recorded. The body is rendered once.
    package mutating func deliver(to routes: [DeliveryTarget]) {
        var ofEvent: PlannedDelivery?
        var ofDocument: PlannedDelivery?
        for route in routes {
            if let reason = route.settings.rejection(of: event) {
                reject(route.destination.text, reason)
                continue
            }
            let isEvent = route.settings.content == .events
            let lane = route.settings.lane(session: event.session, chat: event.chat)
            let signing = route.isSigned ? signing : nil
            var planned: PlannedDelivery
            if let rendered = isEvent ? ofEvent : ofDocument {
                planned = rendered
                planned.destination = route.destination
                planned.lane = lane
                planned.signing = signing
            } else {
                planned = PlannedDelivery(
                    of: event, body: isEvent ? body : event.raw?.json, to: route.destination, lane: lane,
                    pipeline: pipeline, signing: signing)
                if isEvent { ofEvent = planned } else { ofDocument = planned }
            }
            deliveries.append(planned)
        }
    }

    /// Records that a destination does not get the event.
    package mutating func reject(_ destination: String, _ reason: String) {
        rejections.append(EventTrace.Rejection(destination: destination, reason: reason))
    }
}

extension PipelineEvent {
    /// Why a stage failed, for the stages of its `on_error`.
    package struct StageFailure: Sendable, Hashable {
        /// The id of the stage.
        package var stage: String
        package var message: String
        /// The kind of failure, where the stage tells.
        package var reason: String?

        package init(of stage: String, _ error: StageError) {
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
