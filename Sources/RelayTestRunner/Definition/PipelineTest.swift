internal import RelayConfig
internal import RelayCore
internal import RelayFormats
internal import RelaySources

/// One validated test.
struct PipelineTest: Sendable {
    var name: String
    /// The path of its file, as the caller wrote it.
    var file: String
    /// The line where it begins, from 1.
    var line: Int
    var pipeline: PipelineDefinition
    var source: PipelineTestSource
    /// The session in the URL; nil: the documents contain it.
    var session: String?
    /// The time at which its documents arrive.
    var start: Timestamp
    var documents: [PipelineTestDocument]
    var contacts: [KnownContact]
    var groups: [KnownGroup]
    /// The results of file fetches; nil: files are not fetched.
    var files: [ScriptedMediaResult]?
    /// The answers of gateways; nil: gateways are not asked.
    var lookups: [ScriptedLookupAnswer]?
    /// The responses of receivers, by destination; `session` means the session's webhook.
    var answers: [String: [SimulatedReceiverAnswer]]
    var expected: PipelineTestExpectation
}

/// The source through which a test's documents arrive.
struct PipelineTestSource: Sendable {
    var name: String
    var format: any SourceFormat.Type
    /// The session of documents that name none.
    var session: String
    /// Whether its events keep the original document.
    var keepsRaw = false

    /// What events posted over REST come in by: a pipeline without sources of its own still has this one.
    static let api = PipelineTestSource(
        name: IntakeRegistry.apiSource, format: BuiltInSourceFormats.api, session: fallbackSession)
    static let fallbackSession = "test"
}

/// One document of a gateway.
struct PipelineTestDocument: Sendable {
    /// The location for error messages: the file's path, or `input`.
    var label: String
    var bytes: [UInt8]
}
