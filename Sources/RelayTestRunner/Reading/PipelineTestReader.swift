internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reads test definitions.
struct PipelineTestReader: Sendable {
    let configuration: RelayConfiguration
    let expressions: ExpressionBatch
    /// Whether to read the files that tests name; without them only the definitions are checked.
    let readsInput: Bool

    func trials(_ tests: [TestDefinition]) throws -> [PipelineTest] {
        var trials: [PipelineTest] = []
        // Expressions are compiled in any case, so that their errors are reported together with all others.
        _ = try ValueIssuesCollection.collect([true, false]) { isReading in
            if isReading {
                trials = try ValueIssuesCollection.collect(tests) { try trial($0) }
            } else {
                try expressions.compile()
            }
        }
        return trials
    }

    private func trial(_ test: TestDefinition) throws -> PipelineTest {
        let sources = sources(of: test.pipeline)
        let names = TestNames(
            sources: sources.map(\.name), destinations: destinations, stages: test.pipeline.steps.map(\.id))
        let fields = TestFields(names, expressions: expressions) { try documents($0, test) }
        let options = try OptionReader(test.node, as: "a test", fields: fields.all)
        let name = try options(fields.source)
        return PipelineTest(
            name: try options(fields.name),
            file: test.file,
            line: test.line,
            pipeline: test.pipeline,
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

    /// The possible receivers of deliveries: `session` and the configured destinations.
    private var destinations: [String] { ["session"] + configuration.destinations.map(\.name) }

    private func sources(of pipeline: PipelineDefinition) -> [TestSource] {
        let sources = configuration.sources.filter { pipeline.from.isEmpty || pipeline.from.contains($0.name) }
            .map { source in
                TestSource(
                    name: source.name,
                    format: source.format,
                    session: source.session ?? TestSource.fallbackSession,
                    keepsRaw: source.keepsRaw
                )
            }
        return pipeline.from.isEmpty ? sources + [.api] : sources
    }
}
