internal import RelayCore
internal import RelayJSON

/// What has been read in a document so far, and the first thing that was wrong in it.
struct CloudReadResult {
    var events: [NewEvent] = []
    /// What made events: where it stands, and the first of them.
    private(set) var origins: [(pointer: String, event: Int)] = []
    private(set) var problem: FormatError?

    mutating func note(_ error: FormatError) {
        if problem == nil { problem = error }
    }

    /// The elements of an array, each with its JSON pointer; what is none of them, or no object, is noted.
    mutating func objects(in list: JSON?, at pointer: String) -> [(object: JSONObject, pointer: String)] {
        guard let elements = list?.array else {
            note(.wrong("must be an array of objects", at: pointer, of: CloudAPIFormat.gateway))
            return []
        }
        var objects: [(JSONObject, String)] = []
        objects.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let pointer = "\(pointer)/\(index)"
            if let object = element.object {
                objects.append((object, pointer))
            } else {
                note(.wrong("must hold objects only", at: pointer, of: CloudAPIFormat.gateway))
            }
        }
        return objects
    }

    /// Adds the events of every element; what is wrong with one does not keep the others from being read.
    mutating func collect(
        _ list: JSON?, at pointer: String, _ read: (JSONObject, String) throws(FormatError) -> [NewEvent]
    ) {
        for (object, pointer) in objects(in: list, at: pointer) {
            do {
                let made = try read(object, pointer)
                if !made.isEmpty { origins.append((pointer, events.count)) }
                events += made
            } catch {
                note(error)
            }
        }
    }
}
