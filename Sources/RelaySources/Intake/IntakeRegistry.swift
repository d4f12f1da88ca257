internal import Synchronization

/// The sources that accept posted documents, by name. Each request looks them up; a reload replaces all of them at
/// once.
package final class IntakeRegistry: Sendable {
    /// The name of the source of events posted to `POST /api/v1/sessions/ID/events`.
    package static let apiSource = "api"

    /// The sources of a configuration.
    package struct Sources: Sendable {
        /// The sources that accept posted documents, by name.
        package var posted: [String: Intake] = [:]
        /// The transports of the sources that read documents themselves, by name of the source.
        package var reading: [String: String] = [:]

        package init() {}
    }

    /// Accepts native events that are posted for a session.
    package let api: Intake
    private let sources: Mutex<Sources>

    package init(api: Intake, sources: Sources = Sources()) {
        self.api = api
        self.sources = Mutex(sources)
    }

    /// Replaces the sources by those of another configuration.
    package func use(_ sources: Sources) {
        self.sources.withLock { $0 = sources }
    }

    /// - Throws: ``IntakeError`` `.notFound`, with the names of the existing sources.
    package func intake(_ name: String) throws(IntakeError) -> Intake {
        let sources = sources.withLock { $0 }
        if let intake = sources.posted[name] { return intake }
        if let transport = sources.reading[name] {
            throw IntakeError(.notFound, "The source \"\(name)\" reads \(transport), it does not take posts.")
        }
        let known = sources.posted.keys.sorted().map { "/in/\($0)" }.joined(separator: ", ")
        throw IntakeError(
            .notFound,
            "There is no source \"\(name)\". "
                + (known.isEmpty ? "Define one under sources: in config.yaml." : "There are: \(known).")
        )
    }
}
