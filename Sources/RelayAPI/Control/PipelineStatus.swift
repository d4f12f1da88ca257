/// A pipeline that runs.
public struct PipelineStatus: Sendable {
    public struct Stage: Sendable {
        /// The stage's `id`, or its kind and place (`filter-3`).
        public var id: String
        /// `persist`, `filter` …
        public var kind: String

        public init(id: String, kind: String) {
            self.id = id
            self.kind = kind
        }
    }

    public var name: String
    /// The file that it was read from; nil for one that is built in.
    public var file: String?
    /// The sources whose events it takes.
    public var from: [String]
    public var stages: [Stage]

    public init(name: String, file: String?, from: [String], stages: [Stage]) {
        self.name = name
        self.file = file
        self.from = from
        self.stages = stages
    }
}
