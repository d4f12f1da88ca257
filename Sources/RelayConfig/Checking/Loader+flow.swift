internal import RelayCore

extension Loader {
    /// Follows the events through all pipelines.
    func follow(
        _ pipelines: [PipelineRead],
        sources: [RelayConfiguration.Source],
        destinations: [RelayConfiguration.Destination]
    ) {
        let flows = pipelines.map { pipeline in
            let domain = domain(of: pipeline.definition.from, sources)
            var check = FlowCheck(
                pipeline: pipeline.definition.name,
                origin: pipeline.origin,
                domain: domain,
                destinations: destinations
            )
            check.run(pipeline.definition.outerSteps)
            return DeliveryCheck.Flow(
                name: pipeline.definition.name,
                from: pipeline.definition.from,
                domain: domain,
                deliveries: check.deliveries
            )
        }
        DeliveryCheck.run(flows)
    }

    /// The types of the events that sources make.
    private func domain(of from: [String], _ sources: [RelayConfiguration.Source]) -> EventDomain {
        var types: Set<EventType> = [.webhookTest]
        for name in from {
            guard let source = sources.first(where: { $0.name == name }), let made = registry.eventTypes[source.format]
            else { return .everything }
            types.formUnion(made)
        }
        guard !from.isEmpty else { return .everything }
        // A file that comes late is announced by the relay itself.
        types.insert(.messageUpdated)
        return EventDomain(types: EventNames.all.filter { types.contains($0) }.map(\.name), isOpen: false)
    }
}
