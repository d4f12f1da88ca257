internal import RelayConfig
internal import RelayCore

/// The options of a test. The permitted names depend on the configuration; the options do not.
struct PipelineTestOptions: Sendable {
    let name = OptionField.string("name", "The name of the test.")
    let source: OptionField<String?>
    let session = OptionField<String>.custom(
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
    let now = OptionField("now", "When the input arrives.", OptionValueType.moment, default: SkippingTestClock.start)
    let input: OptionField<[PipelineTestDocument]>
    let contacts = OptionField(
        "contacts", "The contacts that the relay already knows.", OptionValueType.oneOrMore(KnownContact.type)
    ).optional
    let groups = OptionField(
        "groups", "The groups that the relay already knows.", OptionValueType.oneOrMore(KnownGroup.type)
    ).optional
    let media = OptionField(
        "media",
        "The results of downloads; default: no file is downloaded, and `media` delivers the reference.",
        OptionValueType.oneOrMore(ScriptedMediaResult.type)
    ).optional
    let lookup = OptionField(
        "lookup",
        "The answers of gateways to `enrich: { lookup }`; default: no gateway is asked.",
        OptionValueType.oneOrMore(ScriptedLookupAnswer.type)
    ).optional
    let destinations: OptionField<[String: [SimulatedReceiverAnswer]]?>
    let expect: OptionField<PipelineTestExpectation>

    /// - Parameter documents: reads `input`.
    init(
        _ names: PipelineTestReferences,
        documents: @escaping @Sendable (ConfigNode) throws -> [PipelineTestDocument]
    ) {
        source =
            OptionField(
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
            OptionField(
                "destinations",
                "The answers of each receiver, in order; `session` is the session's webhook. Default 200.",
                SimulatedReceiverAnswer.map(of: names.destinations)
            ).optional
        let reader = ExpectationReader(names: names)
        expect = OptionField("expect", "The expected result.", reader.type)
    }

    var all: [AnyOptionField] {
        [
            AnyOptionField(name), AnyOptionField(source), AnyOptionField(session), AnyOptionField(now),
            AnyOptionField(input), AnyOptionField(contacts),
            AnyOptionField(groups), AnyOptionField(media), AnyOptionField(lookup), AnyOptionField(destinations),
            AnyOptionField(expect),
        ]
    }

    /// The options without a configuration, for the reference and the schemas.
    static let declared = PipelineTestOptions(PipelineTestReferences()) { _ in [] }.all
}

extension OptionValueType where Value == Timestamp {
    /// A wall clock time.
    static var moment: OptionValueType {
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
