/// A pipeline that runs.
package struct PipelineStatus: Sendable {
    package struct Stage: Sendable {
        /// The stage's `id`, or its kind and place (`filter-3`).
        package var id: String
        /// `persist`, `filter` …
        package var kind: String

        package init(id: String, kind: String) {
            self.id = id
            self.kind = kind
        }
    }

    package var name: String
    /// The file that it was read from; nil for one that is built in.
    package var file: String?
    /// The sources whose events it takes.
    package var from: [String]
    package var stages: [Stage]

    package init(name: String, file: String?, from: [String], stages: [Stage]) {
        self.name = name
        self.file = file
        self.from = from
        self.stages = stages
    }
}
