import Foundation
import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The documents of other projects, and the events expected from them (Corpus/PROVENANCE.md).
struct CorpusDocument: Sendable, CustomTestStringConvertible {
    let name: String
    let raw: JSON
    let expected: JSON

    var testDescription: String { name }

    static let all: [CorpusDocument] = {
        guard let folder = Bundle.module.url(forResource: "Corpus", withExtension: nil),
            let files = try? FileManager.default.subpathsOfDirectory(atPath: folder.path)
        else { return [] }
        return files.filter { $0.hasSuffix(".json") && !$0.hasSuffix(".expected.json") }.sorted().compactMap { file in
            let name = String(file.dropLast(5))
            guard let raw = parse(folder.appendingPathComponent(file)),
                let expected = parse(folder.appendingPathComponent(name + ".expected.json"))
            else { return nil }
            return CorpusDocument(name: name, raw: raw, expected: expected)
        }
    }()

    /// Whether the document was written for this project, for a structure of which no other project has an example.
    var isOurs: Bool { name.contains("/own_") }
    var isWrapped: Bool { expected["wrap"] != nil }
    /// The code with which the document must be rejected; nil when it must be accepted.
    var refusal: String? { expected["refused"]?.string }
    var session: String? { expected["session"]?.string }

    var format: any SourceFormat {
        expected["format"]?.string.flatMap(BuiltInSourceFormats.format(named:)) ?? NativeFormat()
    }

    /// The document as a gateway posts it.
    var document: JSON {
        guard let wrap = expected["wrap"] else { return raw }
        let data: JSON =
            switch wrap["as"]?.string {
            case "message": ["messages": [raw], "type": "notify"]
            case "key": ["messages": [["key": raw, "message": ["conversation": "hello"]]], "type": "notify"]
            default: raw
            }
        return ["event": wrap["event"] ?? .null, "data": data]
    }

    private static func parse(_ url: URL) -> JSON? {
        (try? Data(contentsOf: url)).flatMap { try? JSON(parsing: Array($0)) }
    }
}

/// The path of the first part of `expected` that `actual` does not contain; nil when it contains everything.
func difference(_ actual: JSON?, from expected: JSON, at path: String = "") -> String? {
    if expected == "RECEIVED" { return difference(actual, from: .string(receivedAt.iso8601), at: path) }
    switch (actual, expected) {
    case (.object(let actual), .object(let expected)):
        return expected.lazy.compactMap { difference(actual[$0.key], from: $0.value, at: "\(path)/\($0.key)") }.first
    case (.array(let actual), .array(let expected)):
        guard actual.count == expected.count else { return "\(path): \(actual.count) elements, not \(expected.count)" }
        return zip(actual, expected).enumerated().lazy
            .compactMap { difference($0.element.0, from: $0.element.1, at: "\(path)/\($0.offset)") }.first
    default:
        return actual == expected ? nil : "\(path): \(actual?.text ?? "missing"), not \(expected.text)"
    }
}
