/// What somebody wants to see. Cheap to ask: it runs where events run.
package struct TapSelection: Sendable {
    /// Nil: of any pipeline, and of none.
    package var pipeline: String?
    /// Ids of stages; empty: of any stage, and of none.
    package var stages: Set<String>
    package var points: Set<TapEvent.Point>
    /// Nil: to any, and what is no attempt.
    package var destination: String?
    package var session: String?
    package var types: EventFilter

    /// - Parameter points: empty for the usual ones: at the stages of a pipeline if one is named, else what comes in,
    ///   is lost on the way, and goes out.
    package init(
        pipeline: String? = nil,
        stages: Set<String> = [],
        points: Set<TapEvent.Point> = [],
        destination: String? = nil,
        session: String? = nil,
        types: EventFilter = EventFilter()
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

    package func takes(_ sighting: TapEvent) -> Bool {
        guard points.contains(sighting.point), types.matches(sighting.type) else { return false }
        if let pipeline, sighting.pipeline != pipeline { return false }
        if !stages.isEmpty, !(sighting.stage.map(stages.contains) ?? false) { return false }
        if let session, sighting.session != session { return false }
        if let destination, sighting.destination != destination { return false }
        return true
    }
}

/// Which of many are shown.
package struct TapSampler: Sendable {
    package enum Rule: Sendable, Hashable {
        /// The first of each `n`.
        case oneIn(Int)
        /// The first ones of each such time.
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
