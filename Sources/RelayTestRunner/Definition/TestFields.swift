internal import RelayConfig
internal import RelayCore

/// The options of a test. The permitted names depend on the configuration; the options do not.
struct TestFields: Sendable {
    let name = Field.string("name", "The name of the test.")
    let source: Field<String?>
    let session = Field<String>.custom(
        "session",
        "The session that the path names; default the document's own, then the source's, then `test`.",
        "a session's name",
        shape: .text()
    ) { node in
        let text = try node.text
        guard Session.isValid(id: text) else {
            throw node.fail("\"session\" is no session's name", help: "use letters, digits and . _ : @ + -")
        }
        return text
    }.optional
    let now = Field("now", "When the input arrives.", FieldType.moment, default: VirtualClock.start)
    let input: Field<[PipelineTestDocument]>
    let contacts = Field(
        "contacts", "The contacts that the relay already knows.", FieldType.oneOrMore(KnownContact.type)
    ).optional
    let groups = Field(
        "groups", "The groups that the relay already knows.", FieldType.oneOrMore(KnownGroup.type)
    ).optional
    let media = Field(
        "media",
        "The results of downloads; default: no file is downloaded, and `media` delivers the reference.",
        FieldType.oneOrMore(ScriptedFile.type)
    ).optional
    let lookup = Field(
        "lookup",
        "The answers of gateways to `enrich: { lookup }`; default: no gateway is asked.",
        FieldType.oneOrMore(ScriptedLookup.type)
    ).optional
    let destinations: Field<[String: [ScriptedAnswer]]?>
    let expect: Field<Expectation>

    /// - Parameter documents: reads `input`.
    init(
        _ names: PipelineTestReferences,
        expressions: ExpressionBatch,
        documents: @escaping @Sendable (ConfigNode) throws -> [PipelineTestDocument]
    ) {
        source =
            Field(
                "source",
                "The source of the documents; default the pipeline's first.",
                .name(among: names.sources, what: "source")
            ).optional
        input = .custom(
            "input",
            "The input: the path of a file, a document, or a list of these.",
            "a path, a document, or a list of these",
            parse: documents
        )
        destinations =
            Field(
                "destinations",
                "The answers of each receiver, in order; `session` is the session's webhook. Default 200.",
                ScriptedAnswer.map(of: names.destinations)
            ).optional
        let reader = ExpectationReader(names: names, expressions: expressions)
        expect = Field("expect", "The expected result.", reader.type)
    }

    var all: [AnyField] {
        [
            AnyField(name), AnyField(source), AnyField(session), AnyField(now), AnyField(input), AnyField(contacts),
            AnyField(groups), AnyField(media), AnyField(lookup), AnyField(destinations), AnyField(expect),
        ]
    }

    /// The options without a configuration, for the reference and the schemas.
    static let declared = TestFields(PipelineTestReferences(), expressions: ExpressionBatch()) { _ in [] }.all
}

extension FieldType where Value == Timestamp {
    /// A wall clock time.
    static var moment: FieldType {
        .custom("a moment such as 2025-11-13T22:15:00-03:00", .text(pattern: #"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d"#)) {
            node in
            let text = try node.text
            guard let moment = Timestamp(iso8601: text) else {
                throw node.fail(
                    "\"\(node.label)\" is no moment",
                    help: "write date, time and offset, as 2025-11-13T22:15:00-03:00 or 2025-11-14T01:15:00Z"
                )
            }
            return moment
        }
    }
}
