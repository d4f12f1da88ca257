internal import RelayCore
internal import RelayJSON

/// The events read from a document so far.
struct CloudReadResult {
    var events: [ParsedEvent] = []
    /// For each element that made events: its JSON pointer and the index of its first event.
    private(set) var origins: [(pointer: String, event: Int)] = []
    /// What cannot be read in the document is rejected there.
    let batch = BatchDocumentReader()

    /// The elements of an array, each with its JSON pointer. A value that is not an array, and an element that is not
    /// an object, are rejected.
    func objects(in list: JSON?, at pointer: String) -> [(object: JSONObject, pointer: String)] {
        guard let elements = list?.array else {
            batch.reject(
                at: pointer, .wrong("must be an array of objects", at: pointer, of: CloudAPIFormat.gateway))
            return []
        }
        var objects: [(JSONObject, String)] = []
        objects.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let pointer = "\(pointer)/\(index)"
            if let object = element.object {
                objects.append((object, pointer))
            } else {
                batch.reject(at: pointer, .wrong("must hold objects only", at: pointer, of: CloudAPIFormat.gateway))
            }
        }
        return objects
    }

    /// Adds the events of every element; an error in one does not prevent the others from being read.
    mutating func collect(
        _ list: JSON?, at pointer: String, _ read: (JSONObject, String) throws(InvalidDocumentError) -> [ParsedEvent]
    ) {
        for (object, pointer) in objects(in: list, at: pointer) {
            let made = batch.read(at: pointer) { () throws(InvalidDocumentError) in try read(object, pointer) }
            if !made.isEmpty { origins.append((pointer, events.count)) }
            events += made
        }
    }
}
