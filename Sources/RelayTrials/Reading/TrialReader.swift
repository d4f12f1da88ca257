internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reads tests as they are written.
struct TrialReader: Sendable {
    let configuration: RelayConfiguration
    let expressions: ExpressionBatch
    /// Whether the files that tests name are read; without it only what is written is judged.
    let readsInput: Bool

    private static let name = Field.string("name", "What it shows.")
    private static let session = Field<String>.custom("session", "What the address names.", "a session's name") {
        node in
        let text = try node.text
        guard Session.isValid(id: text) else {
            throw node.fail("\"session\" is no session's name", help: "use letters, digits and . _ : @ + -")
        }
        return text
    }.optional

    func trials(_ tests: [PipelineTest]) throws -> [Trial] {
        var trials: [Trial] = []
        // Expressions are compiled in any case: what is wrong with them is told with everything else.
        _ = try Mistakes.collect([true, false]) { isReading in
            if isReading {
                trials = try Mistakes.collect(tests) { try trial($0) }
            } else {
                try expressions.compile()
            }
        }
        return trials
    }

    private func trial(_ test: PipelineTest) throws -> Trial {
        let sources = sources(of: test.pipeline)
        let source = Field("source", "What it comes in by.", .word(among: sources.map(\.name), what: "source")).optional
        let answers = Field<[String: [ScriptedAnswer]]>.custom("destinations", "", "a map of answers", default: [:]) {
            try self.answers($0)
        }
        let input = Field<[TrialDocument]>.custom("input", "What comes in.", "a path, a document, or a list of these") {
            try self.documents($0, test)
        }
        let reader = ExpectationReader(
            destinations: destinations, stages: test.pipeline.steps.map(\.id), expressions: expressions)
        let expect = Field("expect", "What must come of it.", reader.type)
        let options = try Options(
            test.node,
            as: "a test",
            fields: [
                AnyField(Self.name), AnyField(source), AnyField(Self.session), AnyField(input), AnyField(answers),
                AnyField(expect),
            ]
        )
        let name = try options(source)
        return Trial(
            name: try options(Self.name),
            file: test.file,
            line: test.line,
            pipeline: test.pipeline,
            source: sources.first { $0.name == name } ?? sources.first ?? .api,
            session: try options(Self.session),
            documents: try options(input),
            answers: try options(answers),
            expected: try options(expect)
        )
    }

    /// Where deliveries may go: `session`, and what is configured.
    private var destinations: [String] { ["session"] + configuration.destinations.map(\.name) }

    private func sources(of pipeline: PipelineDefinition) -> [TrialSource] {
        let sources = configuration.sources.filter { pipeline.from.isEmpty || pipeline.from.contains($0.name) }
            .map { source in
                TrialSource(
                    name: source.name,
                    format: source.format,
                    session: source.session ?? TrialSource.fallbackSession
                )
            }
        return pipeline.from.isEmpty ? sources + [.api] : sources
    }

    private func answers(_ node: ConfigNode) throws -> [String: [ScriptedAnswer]] {
        let fields = destinations.map { name in
            Field(name, "What it answers, in order.", .oneOrMore(ScriptedAnswer.type), default: [.ok])
        }
        let options = try Options(node, as: "destinations", fields: fields.map { AnyField($0) })
        return try fields.reduce(into: [:]) { answers, field in
            guard options.isSet(field) else { return }
            answers[field.name] = try options(field)
            if answers[field.name]?.isEmpty == true {
                throw options.fail(field, "\"\(field.name)\" answers nothing", help: "write 200, or leave it out")
            }
        }
    }
}
