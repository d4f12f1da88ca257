internal import RelayCore
internal import RelayJSON

/// A gateway's document, parsed and split into its envelopes.
struct GatewayDocument {
    let root: JSON

    /// - Throws: ``InvalidDocumentError`` `.malformed` when the bytes are not JSON.
    init(_ bytes: [UInt8]) throws(InvalidDocumentError) {
        guard !bytes.isEmpty else {
            throw InvalidDocumentError(.malformed, "The body is empty; send one JSON document.")
        }
        do {
            root = try JSON(parsing: bytes)
        } catch {
            throw InvalidDocumentError(.malformed, "The body is no JSON document: \(error.message)")
        }
    }

    /// The envelopes, each with its JSON pointer: the document itself, or the elements of an array.
    /// - Parameter batch: an element that is no object is rejected there.
    func envelopes(
        of dialect: String, _ batch: BatchDocumentReader
    ) throws(InvalidDocumentError) -> [(envelope: JSONObject, pointer: String)] {
        if let object = root.object { return [(object, "")] }
        guard let elements = root.array else {
            throw InvalidDocumentError(
                .notAnEvent, "Send a JSON object of the \(dialect) format, or an array of such.", pointer: "")
        }
        var envelopes: [(JSONObject, String)] = []
        envelopes.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let pointer = "/\(index)"
            guard let object = element.object else {
                batch.reject(
                    at: pointer,
                    InvalidDocumentError(
                        .notAnEvent, "Every element must be a JSON object of the \(dialect) format.", pointer: pointer))
                continue
            }
            envelopes.append((object, pointer))
        }
        return envelopes
    }

    /// Reads every envelope: those of an array as a batch, and a single one by itself.
    func events(
        of envelopes: [(envelope: JSONObject, pointer: String)],
        _ batch: BatchDocumentReader,
        _ read: (JSONObject, String) throws(InvalidDocumentError) -> [ParsedEvent]
    ) throws(InvalidDocumentError) -> ParsedDocument {
        var events: [ParsedEvent] = []
        events.reserveCapacity(envelopes.count)
        for (envelope, pointer) in envelopes {
            guard root.array != nil else {
                events += try read(envelope, pointer)
                continue
            }
            events += batch.read(at: pointer) { () throws(InvalidDocumentError) in try read(envelope, pointer) }
        }
        return try batch.result(events, of: root)
    }
}
