internal import Logging
internal import Synchronization

/// How a line reader gets on; safe to read at any time.
final class LineReaderStatistics: Sendable {
    struct Snapshot: Sendable, Hashable {
        /// The number of valid lines.
        var documents = 0
        /// The number of documents that are not accepted: invalid lines, and documents of lines that are batches.
        var rejected = 0
        /// The number of events in the journal, duplicates included.
        var events = 0
        var duplicates = 0

        var metadata: Logger.Metadata {
            [
                "documents": "\(documents)", "rejected": "\(rejected)", "events": "\(events)",
                "duplicates": "\(duplicates)",
            ]
        }
    }

    private let state = Mutex(Snapshot())

    init() {}

    var snapshot: Snapshot { state.withLock { $0 } }

    func add(documents: Int = 0, rejected: Int = 0, events: Int = 0, duplicates: Int = 0) {
        state.withLock {
            $0.documents += documents
            $0.rejected += rejected
            $0.events += events
            $0.duplicates += duplicates
        }
    }
}
