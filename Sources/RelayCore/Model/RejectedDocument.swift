package import RelayJSON

/// A document, or one document of a batch, that was not accepted.
package struct RejectedDocument: Sendable, Hashable, CustomStringConvertible {
    /// The maximum number of rejected documents of one batch that are listed; the others are only counted.
    package static let maximumListed = 100

    /// Its position in its array, from 0; nil when it is not part of a batch.
    package let index: Int?
    /// What is wrong in it, as a JSON pointer into the posted document; nil when there is no position.
    package let pointer: String?
    package let code: InvalidDocumentError.Code
    /// What is wrong and what to send instead, for people.
    package private(set) var reason: String
    /// Its excerpt, inside its envelope; nil when it is no JSON, or too large.
    package private(set) var excerpt: JSON?
    /// Its size in bytes; nil when it was not read to its end.
    package let size: Int?

    /// - Parameter document: the document, inside its envelope; nil when it is no JSON.
    package init(index: Int?, error: InvalidDocumentError, document: JSON?, size: Int?) {
        self.index = index
        pointer = error.pointer
        code = error.code
        reason = error.message
        excerpt = document.flatMap(DocumentExcerpt.of)
        self.size = size
    }

    /// Reads one back from a store.
    package init(
        index: Int?, pointer: String?, code: InvalidDocumentError.Code, reason: String, excerpt: JSON?, size: Int?
    ) {
        self.index = index
        self.pointer = pointer
        self.code = code
        self.reason = reason
        self.excerpt = excerpt
        self.size = size
    }

    /// The reason and the position, for people.
    package var description: String { pointer.map { "\(reason) (at \($0.isEmpty ? "/" : $0))" } ?? reason }

    /// The same, with the place where it stands in front of the reason: `events.ndjson, line 7`.
    package func located(in place: String) -> RejectedDocument {
        var located = self
        located.reason = "\(place): \(reason)"
        return located
    }

    /// The same without the value of a member that a source uses as a secret.
    package func hiding(_ name: String) -> RejectedDocument {
        var hiding = self
        hiding.excerpt = excerpt.map { DocumentExcerpt.hiding(name, in: $0) }
        return hiding
    }
}

/// What a format has read from a document.
package struct ParsedDocument: Sendable, Hashable {
    package var events: [ParsedEvent]
    /// The documents of a batch that cannot be read, at most ``RejectedDocument/maximumListed``.
    package let rejected: [RejectedDocument]
    /// The number of documents of a batch that cannot be read.
    package let rejectedCount: Int

    package init(events: [ParsedEvent], rejected: [RejectedDocument] = [], rejectedCount: Int? = nil) {
        self.events = events
        self.rejected = rejected
        self.rejectedCount = rejectedCount ?? rejected.count
    }
}
