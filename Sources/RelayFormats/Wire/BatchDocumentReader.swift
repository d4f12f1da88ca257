internal import RelayCore
internal import RelayJSON

/// Reads the documents of a batch one by one, so that one that cannot be read does not prevent the others from being read.
/// One instance belongs to one posted document, and all of its readers share it.
///
/// A batch is an array of envelopes, or an array inside an envelope, such as the messages of `messages.upsert`.
final class BatchDocumentReader {
    private var readCount = 0
    private var rejectedCount = 0
    /// The first rejected documents: the JSON pointer of each, and its error.
    private var rejected: [(pointer: String, error: InvalidDocumentError)] = []

    /// Reads one document of a batch.
    /// - Parameters:
    ///   - pointer: the document's JSON pointer.
    ///   - read: returns the document's events. When it reads a batch itself, that batch's documents are counted.
    /// - Returns: the events; empty when the document was rejected.
    func read(
        at pointer: String, _ read: () throws(InvalidDocumentError) -> [ParsedEvent]
    ) -> [ParsedEvent] {
        let counted = readCount + rejectedCount
        let events = attempt(at: pointer, read)
        if events != nil, readCount + rejectedCount == counted { readCount += 1 }
        return events ?? []
    }

    /// Reads a part of a batch without counting it as a document.
    /// - Returns: nil when the part was rejected.
    func attempt<Value>(at pointer: String, _ read: () throws(InvalidDocumentError) -> Value) -> Value? {
        let before = (readCount, rejectedCount, rejected.count)
        do {
            return try read()
        } catch {
            // What was read inside is lost with the whole.
            (readCount, rejectedCount) = (before.0, before.1)
            rejected.removeSubrange(before.2...)
            reject(at: pointer, error)
            return nil
        }
    }

    func reject(at pointer: String, _ error: InvalidDocumentError) {
        rejectedCount += 1
        if rejected.count < RejectedDocument.maximumListed { rejected.append((pointer, error)) }
    }

    /// The result of the posted document.
    /// - Parameter root: the posted document.
    /// - Throws: ``InvalidDocumentError`` when nothing could be read.
    func result(_ events: [ParsedEvent], of root: JSON) throws(InvalidDocumentError) -> ParsedDocument {
        if root.array != nil {
            // Elements that are no objects were rejected before the others were read.
            rejected.sort { DocumentPart.firstIndex(in: $0.pointer) < DocumentPart.firstIndex(in: $1.pointer) }
        }
        guard let first = rejected.first else { return ParsedDocument(events: events) }
        let documents = rejected.map { entry in
            let part = DocumentPart(of: root, at: entry.pointer)
            let error = entry.error
            let located = InvalidDocumentError(error.code, error.message, pointer: error.pointer ?? entry.pointer)
            return RejectedDocument(
                index: part.index, error: located, document: part.json, size: part.json?.bytes.count)
        }
        guard readCount > 0 else { throw InvalidDocumentError(first.error, rejected: documents) }
        return ParsedDocument(events: events, rejected: documents, rejectedCount: rejectedCount)
    }
}
