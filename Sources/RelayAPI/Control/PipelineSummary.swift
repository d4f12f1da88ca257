/// An active pipeline.
package struct PipelineSummary: Sendable {
    package struct Stage: Sendable {
        /// The stage's `id`, or its kind and position (`filter-3`).
        package var id: String
        /// `persist`, `filter` …
        package var kind: String

        package init(id: String, kind: String) {
            self.id = id
            self.kind = kind
        }
    }

    package var name: String
    /// The file of the pipeline; nil for a built-in one.
    package var file: String?
    /// The sources whose events it receives.
    package var from: [String]
    package var stages: [Stage]

    package init(name: String, file: String?, from: [String], stages: [Stage]) {
        self.name = name
        self.file = file
        self.from = from
        self.stages = stages
    }
}
