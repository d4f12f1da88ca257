/// Which events a tap shows. It is checked while events run, so the check is cheap.
package struct TapFilter: Sendable {
    /// Nil: any, and events without a pipeline.
    package var pipeline: String?
    /// Ids of stages; empty: any, and events without a stage.
    package var stages: Set<String>
    package var points: Set<TapEvent.Point>
    /// Nil: any, and events that are no attempt.
    package var destination: DestinationKey?
    package var session: String?
    package var types: EventTypeFilter

    /// - Parameter points: empty for the usual ones: at the stages of a pipeline if one is named, else what is
    ///   accepted, dropped, failed and sent.
    package init(
        pipeline: String? = nil,
        stages: Set<String> = [],
        points: Set<TapEvent.Point> = [],
        destination: DestinationKey? = nil,
        session: String? = nil,
        types: EventTypeFilter = EventTypeFilter()
    ) {
        self.pipeline = pipeline
        self.stages = stages
        self.destination = destination
        self.session = session
        self.types = types
        guard points.isEmpty else {
            self.points = points
            return
        }
        let isInside = pipeline != nil || !stages.isEmpty
        self.points = isInside ? [.before, .after, .dropped, .failed] : [.accepted, .dropped, .failed, .attempt]
    }

    package func takes(_ event: TapEvent) -> Bool {
        guard points.contains(event.point), types.matches(event.type) else { return false }
        if let pipeline, event.pipeline != pipeline { return false }
        if !stages.isEmpty, !(event.stage.map(stages.contains) ?? false) { return false }
        if let session, event.session != session { return false }
        if let destination, event.destination != destination { return false }
        return true
    }
}

/// Which of many events are shown.
package struct TapSampler: Sendable {
    package enum Rule: Sendable, Hashable {
        /// The first of each `n`.
        case oneIn(Int)
        /// The first ones in each period of the rate.
        case rate(RateLimit)
    }

    private let rule: Rule
    private var count = 0
    private var began = Timestamp(milliseconds: .min)

    package init(_ rule: Rule) {
        self.rule = rule
    }

    package mutating func takes(at moment: Timestamp) -> Bool {
        switch rule {
        case .oneIn(let n):
            defer { count = (count + 1) % max(1, n) }
            return count == 0
        case .rate(let limit):
            if moment < began || moment >= began + limit.per {
                began = moment
                count = 0
            }
            count += 1
            return count <= limit.count
        }
    }
}
