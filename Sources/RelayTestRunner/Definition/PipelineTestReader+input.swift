internal import RelayConfig
internal import RelayJSON

extension PipelineTestReader {
    /// Reads a path, a document, or a list of these.
    func documents(_ node: ConfigNode, _ test: PipelineTestNode) throws -> [PipelineTestDocument] {
        guard !node.isEmpty, !node.elements.isEmpty else {
            throw node.fail("\"input\" is empty", help: "name a file, or write the document")
        }
        let isList = node.isList
        return try ValueIssuesCollection.collect(node.elements.enumerated()) { index, element in
            try document(element, label: isList ? "input[\(index)]" : "input", test)
        }.flatMap { $0 }
    }

    private func document(_ node: ConfigNode, label: String, _ test: PipelineTestNode) throws
        -> [PipelineTestDocument]
    {
        guard let text = node.json.string else {
            if !node.isMap {
                throw node.fail("a document must be a path, JSON, or a map", help: "write { event: …, … }")
            }
            return [PipelineTestDocument(label: label, bytes: node.json.bytes)]
        }
        if let first = text.utf8.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            do throws(JSONError) {
                return [PipelineTestDocument(label: label, bytes: try JSON(parsing: text).bytes)]
            } catch {
                throw node.fail("\"\(label)\" is no JSON: \(error.message)")
            }
        }
        guard readsInput else { return [] }
        let bytes = try test.contents(of: node)
        guard text.hasSuffix(".ndjson") || text.hasSuffix(".jsonl") else {
            return [PipelineTestDocument(label: text, bytes: bytes)]
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.enumerated().compactMap { index, line in
            guard line.contains(where: { $0 > 0x20 }) else { return nil }
            return PipelineTestDocument(label: "\(text):\(index + 1)", bytes: Array(line))
        }
    }
}
