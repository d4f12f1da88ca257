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
    func envelopes(of dialect: String) throws(InvalidDocumentError) -> [(envelope: JSONObject, pointer: String)] {
        if let object = root.object { return [(object, "")] }
        guard let elements = root.array else {
            throw InvalidDocumentError(
                .notAnEvent, "Send a JSON object of the \(dialect) format, or an array of such.", pointer: "")
        }
        var envelopes: [(JSONObject, String)] = []
        envelopes.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let object = element.object else {
                throw InvalidDocumentError(
                    .notAnEvent, "Every element must be a JSON object of the \(dialect) format.", pointer: "/\(index)")
            }
            envelopes.append((object, "/\(index)"))
        }
        return envelopes
    }
}
