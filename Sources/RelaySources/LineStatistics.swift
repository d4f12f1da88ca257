internal import Logging
internal import Synchronization

/// How a line reader gets on; safe to read at any time.
package final class LineStatistics: Sendable {
    package struct Snapshot: Sendable, Hashable {
        /// Lines that were understood.
        package var documents = 0
        /// Lines that were not.
        package var rejected = 0
        /// Events in the journal, duplicates included.
        package var events = 0
        package var duplicates = 0

        var metadata: Logger.Metadata {
            [
                "documents": "\(documents)", "rejected": "\(rejected)", "events": "\(events)",
                "duplicates": "\(duplicates)",
            ]
        }
    }

    private let state = Mutex(Snapshot())

    init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    func add(documents: Int = 0, rejected: Int = 0, events: Int = 0, duplicates: Int = 0) {
        state.withLock {
            $0.documents += documents
            $0.rejected += rejected
            $0.events += events
            $0.duplicates += duplicates
        }
    }
}
