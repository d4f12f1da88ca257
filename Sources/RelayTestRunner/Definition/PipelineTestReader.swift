internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reads test definitions.
struct PipelineTestReader: Sendable {
    let configuration: RelayConfiguration
    /// Whether to read the files that tests name; without them only the definitions are checked.
    let readsInput: Bool

    func tests(_ definitions: [PipelineTestNode]) throws -> [PipelineTest] {
        try ValueIssuesCollection.collect(definitions) { try test($0) }
    }

    private func test(_ definition: PipelineTestNode) throws -> PipelineTest {
        let sources = sources(of: definition.pipeline)
        let names = PipelineTestReferences(
            sources: sources.map(\.name), destinations: destinations, stages: definition.pipeline.steps.map(\.id))
        let fields = PipelineTestOptions(names) { try documents($0, definition) }
        let options = try OptionReader(definition.node, as: "a test", fields: fields.all)
        let name = try options(fields.source)
        return PipelineTest(
            name: try options(fields.name),
            file: definition.file,
            line: definition.line,
            pipeline: definition.pipeline,
            source: sources.first { $0.name == name } ?? sources.first ?? .api,
            session: try options(fields.session),
            start: try options(fields.now),
            documents: try options(fields.input),
            contacts: try options(fields.contacts) ?? [],
            groups: try options(fields.groups) ?? [],
            files: try options(fields.media),
            lookups: try options(fields.lookup),
            answers: try options(fields.destinations) ?? [:],
            expected: try options(fields.expect)
        )
    }

    /// Where deliveries may go: `session`, and what is configured.
    private var destinations: [String] {
        [RelayConfiguration.Destination.sessionWebhooks] + configuration.destinations.map(\.name)
    }

    private func sources(of pipeline: PipelineDefinition) -> [PipelineTestSource] {
        let sources = configuration.sources.filter { pipeline.from.isEmpty || pipeline.from.contains($0.name) }
            .map { source in
                PipelineTestSource(
                    name: source.name,
                    format: source.format,
                    session: source.session ?? PipelineTestSource.fallbackSession,
                    keepsRaw: source.keepsRaw
                )
            }
        return pipeline.from.isEmpty ? sources + [.api] : sources
    }
}
