internal import RelayCore

extension ConfigurationLoader {
    /// Analyzes the flow of events through all pipelines.
    func follow(
        _ pipelines: [LoadedPipeline],
        sources: [RelayConfiguration.Source],
        destinations: [RelayConfiguration.Destination]
    ) {
        let flows = pipelines.map { pipeline in
            let domain = domain(
                of: pipeline.definition.from, sources,
                hasOriginals: destinations.contains { $0.settings.content == .originals })
            var check = PipelineFlowCheck(
                pipeline: pipeline.definition.name,
                origin: pipeline.origin,
                domain: domain,
                destinations: destinations
            )
            check.run(pipeline.definition.outerSteps)
            warnOfMissingDocuments(check, from: pipeline.definition.from, sources, destinations)
            return OverlappingPipelinesCheck.CheckedPipeline(
                name: pipeline.definition.name,
                from: pipeline.definition.from,
                domain: domain,
                deliveries: check.deliveries
            )
        }
        OverlappingPipelinesCheck.run(flows)
    }

    /// Warns when a destination that takes documents receives events from sources that do not keep them.
    private func warnOfMissingDocuments(
        _ check: PipelineFlowCheck,
        from: [String],
        _ sources: [RelayConfiguration.Source],
        _ destinations: [RelayConfiguration.Destination]
    ) {
        let keeps = sources.contains { $0.keepsRaw && (from.isEmpty || from.contains($0.name)) }
        guard !keeps else { return }
        let formats = QuantitySyntax.choice(registry.formats.filter { $0.keepsRaw }.map { $0.name })
        let takers = Set(destinations.filter { $0.settings.content == .documents }.map(\.name))
        for delivery in check.deliveries where takers.contains(delivery.destination) {
            delivery.node.warn(
                "\"\(delivery.destination)\" takes documents, and no source of this pipeline keeps them",
                help: "add keep_raw: true to a source of the format \(formats)",
                code: .withoutDocument)
        }
    }

    /// The types of the events that the sources produce.
    /// - Parameter hasOriginals: whether a destination takes originals, for which sources produce an event as well.
    private func domain(
        of from: [String], _ sources: [RelayConfiguration.Source], hasOriginals: Bool
    ) -> PossibleEventTypes {
        var types: Set<EventType> = hasOriginals ? [.webhookTest, .documentReceived] : [.webhookTest]
        for name in from {
            guard let source = sources.first(where: { $0.name == name }),
                let made = source.format.eventTypes
            else { return .everything }
            types.formUnion(made)
        }
        guard !from.isEmpty else { return .everything }
        // The relay itself produces this event when a media file arrives late.
        types.insert(.messageUpdated)
        return PossibleEventTypes(types: EventType.all.filter { types.contains($0) }.map(\.name), isOpen: false)
    }
}
