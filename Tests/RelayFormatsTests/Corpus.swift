import Foundation
import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The documents of other projects, and what must be read in them (Corpus/PROVENANCE.md).
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

    /// Whether we made it up, for a shape that no other project's document has.
    var isOurs: Bool { name.contains("/own_") }
    var isWrapped: Bool { expected["wrap"] != nil }
    /// The code with which it must be refused; nil when it must be read.
    var refusal: String? { expected["refused"]?.string }
    var session: String? { expected["session"]?.string }

    var format: any EventFormat {
        expected["format"]?.string.flatMap(BuiltInFormats.format(named:)) ?? NativeFormat()
    }

    /// The document as a gateway would post it.
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

/// Where `actual` lacks something of `expected`; nil when all of it is there.
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
