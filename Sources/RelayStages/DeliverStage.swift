package import RelayConfig
package import RelayCore

/// `- deliver: [session, crm]`: queues one delivery of the current event for each destination that accepts it.
package struct DeliverStage: ConfigurableStage {
    package static let kind = "deliver"
    package static let summary = "Queues the event for destinations; `session` means the session's own webhooks."
    package static let to = OptionField<[String]>.stringList("to", "Names of destinations, or `session`.")
    package static let fields = [AnyOptionField(to)]
    package static let mainField: String? = to.name
    package static let effects: [StageFlowEffect] = [.delivers(option: to.name)]
    package static let example = "deliver: [session]"

    package let destinations: [String]

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        destinations = try options(Self.to)
        if destinations.isEmpty {
            throw options.fail(Self.to, "deliver names no destination", help: "write for example deliver: [session]")
        }
        _ = try ValueIssuesCollection.collect(destinations.enumerated()) { index, name in
            guard !destinations[..<index].contains(name) else {
                throw options.fail(
                    Self.to, element: index, "\"\(name)\" stands here twice", help: "remove one", code: .duplicateName)
            }
            guard name == RelayConfiguration.Destination.sessionWebhooks || context.destinations.contains(name) else {
                let known = context.destinations.sorted() + [RelayConfiguration.Destination.sessionWebhooks]
                throw options.fail(
                    Self.to,
                    element: index,
                    "there is no destination \"\(name)\"",
                    help: context.suggestion(for: name, among: known).map { "did you mean \"\($0)\"?" }
                        ?? "define it under destinations: in config.yaml; there are: \(known.joined(separator: ", "))",
                    code: .unknownDestination
                )
            }
        }
    }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        var routes: [DeliveryTarget] = []
        for name in destinations {
            if name == RelayConfiguration.Destination.sessionWebhooks {
                let webhooks = context.routes.webhooks(of: draft.event.session)
                routes += webhooks
                guard webhooks.isEmpty else { continue }
                // In the order of the option, as the trace shows it.
                draft.deliver(to: routes)
                routes = []
                draft.reject(name, "the session has no enabled webhook")
            } else if let route = context.routes.route(to: name) {
                routes.append(route)
            }
        }
        draft.deliver(to: routes)
        return .next
    }
}
