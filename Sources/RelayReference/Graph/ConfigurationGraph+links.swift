extension ConfigurationGraph {
    /// One edge of the graph.
    struct Link {
        var from: String
        var to: String
        var label: String?
    }

    static func id(ofSource name: String) -> String { "source." + name }
    static func id(ofDestination name: String) -> String { "destination." + name }

    /// All edges, including those into and out of pipelines.
    var links: [Link] {
        pipelines.flatMap { pipeline -> [Link] in
            let first = pipeline.stages.first.map(\.id)
            let incoming = pipeline.from.compactMap { name in
                first.map { Link(from: Self.id(ofSource: name), to: $0) }
            }
            return incoming + Self.links(along: pipeline.stages) + pipeline.allStages.flatMap(deliveries)
        }
    }

    private static func links(along stages: [Stage]) -> [Link] {
        let sequence = zip(stages, stages.dropFirst()).flatMap { stage, next in
            ends(of: stage).map { Link(from: $0, to: next.id) }
        }
        let inner = stages.flatMap { stage in
            stage.branches.flatMap { branch -> [Link] in
                let first = branch.stages.first.map { Link(from: stage.id, to: $0.id, label: branch.label) }
                return [first].compactMap { $0 } + links(along: branch.stages)
            }
        }
        return sequence + inner
    }

    /// The nodes from which an event continues after a stage: the stage itself, or the last stages of its branches.
    private static func ends(of stage: Stage) -> [String] {
        if stage.isEnd { return [] }
        return [stage.id] + stage.branches.flatMap { branch in branch.stages.last.map(ends) ?? [] }
    }

    private func deliveries(of stage: Stage) -> [Link] {
        stage.destinations.map { name in
            let events = destinations.first { $0.name == name }?.events
            return Link(from: stage.id, to: Self.id(ofDestination: name), label: events)
        }
    }
}
