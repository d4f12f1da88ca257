internal import Synchronization

/// The sources that take posts, by name. Each request asks it; a reload replaces all of them at once.
package final class IntakeRegistry: Sendable {
    /// The source that `POST /api/v1/sessions/ID/events` stands for.
    package static let apiSource = "api"

    /// What a configuration has.
    package struct Sources: Sendable {
        /// Those that take posts, by name.
        package var posted: [String: Intake] = [:]
        /// The transports of those that read by themselves, by name.
        package var reading: [String: String] = [:]

        package init() {}
    }

    /// Takes native events that are posted for a session.
    package let api: Intake
    private let sources: Mutex<Sources>

    package init(api: Intake, sources: Sources = Sources()) {
        self.api = api
        self.sources = Mutex(sources)
    }

    /// Puts the sources of another configuration into force.
    package func use(_ sources: Sources) {
        self.sources.withLock { $0 = sources }
    }

    /// - Throws: ``IntakeError`` `.notFound`, with the names that there are.
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
