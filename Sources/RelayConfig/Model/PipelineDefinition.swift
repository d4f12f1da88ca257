public import RelayCore
public import RelayJQ
public import RelayJSON

/// One file of `pipelines/`, read and checked.
public struct PipelineDefinition: Sendable {
    /// The file's name without `.yaml`.
    public let name: String
    public let file: String
    /// The names of its sources; empty: every source, posts over REST included.
    public let from: [String]
    public let steps: [Step]

    public init(name: String, file: String, from: [String], steps: [Step]) {
        self.name = name
        self.file = file
        self.from = from
        self.steps = steps
    }
}

/// A stage in its place.
public struct Step: Sendable {
    /// What becomes of an event whose stage fails.
    public enum OnError: String, Sendable, CaseIterable {
        /// The event becomes a dead letter of its pipeline.
        case deadLetter = "dead_letter"
        /// The pipeline goes on with the event as it was.
        case `continue`
        /// The pipeline ends for the event.
        case drop
        /// The event goes on with its media's reference; for `media` only.
        case rawMedia = "raw_media"
    }

    public let kind: String
    /// Unique in the pipeline. Default the kind, then `kind-2` …
    public let id: String
    /// Events that it is not true of pass by.
    public let when: JQProgram?
    /// Default ``OnError/deadLetter``.
    public let onError: OnError
    public let timeout: Duration?
    public let stage: any Stage
    /// What stands behind the kind, as it is written, without the secrets that are written out; null for nothing.
    public let options: JSON

    public init(
        kind: String,
        id: String,
        when: JQProgram? = nil,
        onError: OnError = .deadLetter,
        timeout: Duration? = nil,
        stage: any Stage,
        options: JSON = .null
    ) {
        self.kind = kind
        self.id = id
        self.when = when
        self.onError = onError
        self.timeout = timeout
        self.stage = stage
        self.options = options
    }
}
