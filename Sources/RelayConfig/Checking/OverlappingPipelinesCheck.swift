/// Compares the deliveries of every two pipelines.
struct OverlappingPipelinesCheck {
    /// A pipeline whose ``PipelineFlowCheck`` has run.
    struct CheckedPipeline {
        var name: String
        /// The names of its sources; empty for every source.
        var from: [String]
        var domain: PossibleEventTypes
        var deliveries: [PipelineFlowCheck.Delivery]
    }

    /// Warns of destinations that receive the same event from two pipelines, once for each pair of pipelines.
    static func run(_ flows: [CheckedPipeline]) {
        for (index, later) in flows.enumerated() {
            for earlier in flows[..<index] where share(earlier.from, later.from) {
                var told: Set<String> = []
                for delivery in later.deliveries where delivery.transforms == 0 {
                    guard let other = earlier.deliveries.first(where: { overlaps($0, delivery, earlier, later) }),
                        told.insert(delivery.destination).inserted
                    else { continue }
                    let location = "\(other.node.origin.path):\(other.node.location.line)"
                    delivery.node.warn(
                        "\"\(delivery.destination)\" gets the same event from the pipelines \"\(earlier.name)\" and"
                            + " \"\(later.name)\"",
                        help: "the first delivers at \(location); narrow one with from or filter, or remove it",
                        code: .deliveredTwice
                    )
                }
            }
        }
    }

    private static func overlaps(
        _ a: PipelineFlowCheck.Delivery, _ b: PipelineFlowCheck.Delivery, _ earlier: CheckedPipeline,
        _ later: CheckedPipeline
    ) -> Bool {
        // A transformed event is not a duplicate, even at the same destination.
        a.destination == b.destination && a.transforms == 0
            && SymbolicCondition.both(a.condition, b.condition).isPossible(in: earlier.domain.union(later.domain))
    }

    private static func share(_ a: [String], _ b: [String]) -> Bool {
        a.isEmpty || b.isEmpty || !Set(a).isDisjoint(with: b)
    }
}
