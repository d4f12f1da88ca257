internal import RelayConfig
internal import RelayCore

/// One test, read and checked.
struct PipelineTest: Sendable {
    var name: String
    /// As the caller would write it.
    var file: String
    /// Where it begins, from 1.
    var line: Int
    var pipeline: PipelineDefinition
    var source: TestSource
    /// The session that the address would name; nil: the documents' own.
    var session: String?
    /// When its documents come.
    var start: Timestamp
    var documents: [TestDocument]
    var contacts: [KnownContact]
    var groups: [KnownGroup]
    /// What fetching files comes to; nil: none is fetched.
    var files: [ScriptedFile]?
    /// What gateways answer; nil: none is asked.
    var lookups: [ScriptedLookup]?
    /// What receivers answer, by destination; `session` stands for the session's webhook.
    var answers: [String: [ScriptedAnswer]]
    var expected: Expectation
}

/// The source that a test's documents come in by.
struct TestSource: Sendable {
    var name: String
    var format: String
    /// The session of documents that name none.
    var session: String
    /// Whether its events keep the document that they came from.
    var keepsRaw = false

    /// What events posted over REST come in by: a pipeline without sources of its own still has this one.
    static let api = TestSource(name: "api", format: "native", session: fallbackSession)
    static let fallbackSession = "test"
}

/// One document of a gateway.
struct TestDocument: Sendable {
    /// Where it stands, for people: its path, or `input`.
    var label: String
    var bytes: [UInt8]
}
