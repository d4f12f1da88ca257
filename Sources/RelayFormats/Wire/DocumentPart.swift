internal import RelayJSON

/// One document of a batch, inside its envelope: the posted document without the other elements of the arrays around it. It
/// can be posted again as it is.
struct DocumentPart {
    /// Nil when the pointer leads to nothing.
    let json: JSON?
    /// The position in the innermost array; nil when there is none around it.
    let index: Int?

    /// - Parameter pointer: the JSON pointer of the document in `root`.
    init(of root: JSON, at pointer: String) {
        let path = pointer.split(separator: "/").map(String.init)
        var part = Self.reduced(root, path[...])
        // Of an array of envelopes only the envelope is left.
        if root.array != nil { part = part?[0] }
        json = part
        index = path.lazy.reversed().compactMap { Int($0) }.first
    }

    /// The position in the outermost array, for a document in an array; 0 when there is none.
    static func firstIndex(in pointer: String) -> Int {
        pointer.split(separator: "/").first.flatMap { Int($0) } ?? 0
    }

    private static func reduced(_ json: JSON, _ path: ArraySlice<String>) -> JSON? {
        guard let name = path.first else { return json }
        if let elements = json.array {
            guard let index = Int(name), elements.indices.contains(index),
                let element = reduced(elements[index], path.dropFirst())
            else { return nil }
            return [element]
        }
        guard var object = json.object, let member = object[name] else { return nil }
        object[name] = reduced(member, path.dropFirst())
        return object[name] == nil ? nil : .object(object)
    }
}
