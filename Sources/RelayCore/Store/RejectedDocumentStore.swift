/// The number of a kept document: time-ordered, unique in a store, shown as `rej_` and 13 letters.
package struct RejectedDocumentID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the text form, with or without `rej_`; nil when it is not one.
    package init?(_ text: some StringProtocol) {
        guard let value = SortableIDCodec.decode(text.hasPrefix("rej_") ? text.dropFirst(4) : text[...]) else {
            return nil
        }
        self.rawValue = value
    }

    package var description: String { "rej_" + SortableIDCodec.encode(rawValue) }

    package static func < (lhs: RejectedDocumentID, rhs: RejectedDocumentID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A rejected document that is kept for the operator.
package struct KeptRejectedDocument: Sendable, Hashable {
    package var id: RejectedDocumentID
    /// The name of the source that received it.
    package var source: String
    /// The session that the route names; nil when it names none.
    package var session: String?
    package var document: RejectedDocument
    /// How often it was received.
    package var occurrences: Int
    package var firstReceivedAt: Timestamp
    package var lastReceivedAt: Timestamp

    package init(
        id: RejectedDocumentID,
        source: String,
        session: String?,
        document: RejectedDocument,
        occurrences: Int,
        firstReceivedAt: Timestamp,
        lastReceivedAt: Timestamp
    ) {
        self.id = id
        self.source = source
        self.session = session
        self.document = document
        self.occurrences = occurrences
        self.firstReceivedAt = firstReceivedAt
        self.lastReceivedAt = lastReceivedAt
    }
}

/// Keeps the documents that sources rejected, for the operator. Their number and size are limited: the newest displace the
/// oldest. One that is received again is the same, with a higher count.
package protocol RejectedDocumentStore: Sendable {
    /// Keeps documents; returns when they are on disk.
    func keepRejected(
        _ documents: [RejectedDocument], source: String, session: String?, at moment: Timestamp
    ) async throws(StoreError)

    /// The kept documents, last received first.
    /// - Parameters:
    ///   - source: only those of this source; nil for all.
    ///   - cursor: the last one of the page before; nil for the first page.
    func rejectedDocuments(
        source: String?, before cursor: RejectedDocumentID?, limit: Int
    ) async throws(StoreError) -> [KeptRejectedDocument]

    func rejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> KeptRejectedDocument?

    /// - Returns: false when there is none with this id.
    func deleteRejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> Bool
}

/// The limits of a ``RejectedDocumentStore``.
package enum RejectedDocumentLimits {
    /// The maximum number of kept documents.
    package static let count = 1000
    /// The maximum size of all excerpts together, in bytes.
    package static let bytes = 4 << 20
}
