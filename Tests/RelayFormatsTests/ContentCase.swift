import Foundation
import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// A document of a gateway, and what must come of its content (ContentCases/PROVENANCE.md).
struct ContentCase: Sendable, CustomTestStringConvertible {
    let name: String
    let format: String
    let session: String?
    let documents: [JSON]
    /// What must come out: the type, and the members of the payload that matter.
    let events: [JSON]
    /// Members that no payload may have.
    let absent: [String]

    var testDescription: String { name }

    static let all: [ContentCase] = {
        guard let folder = Bundle.module.url(forResource: "ContentCases", withExtension: nil),
            let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        else { return [] }
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.flatMap { file in
            let cases = (try? Data(contentsOf: file)).flatMap { try? JSON(parsing: Array($0)) }?.array ?? []
            return cases.map { ContentCase($0) }
        }
    }()

    private init(_ json: JSON) {
        name = json["name"]?.string ?? ""
        format = json["format"]?.string ?? ""
        session = json["session"]?.string
        documents = json["documents"]?.array ?? []
        events = json["events"]?.array ?? []
        absent = (json["absent"]?.array ?? []).compactMap(\.string)
    }

    /// The documents, to change them (``MutationTests``).
    var corpusDocuments: [CorpusDocument] {
        documents.map { document in
            var expected: JSONObject = ["format": .string(format)]
            if let session { expected["session"] = .string(session) }
            return CorpusDocument(name: name, raw: document, expected: .object(expected))
        }
    }
}

/// Every kind of content, from every gateway that can carry it.
struct ContentCaseTests {
    @Test func theCasesAreWhole() {
        #expect(ContentCase.all.count == 250)
    }

    @Test(arguments: ContentCase.all)
    func theContentComesOut(_ given: ContentCase) throws {
        let format = try #require(BuiltInSourceFormats.format(named: given.format))
        let events = try given.documents.flatMap { try read($0.text, as: format, session: given.session) }
        try #require(events.count == given.events.count)
        for (event, expected) in zip(events, given.events) {
            #expect(event.type.name == expected["type"]?.string)
            let difference = difference(.object(event.payload), from: expected["payload"] ?? .null)
            #expect(difference == nil)
            for member in given.absent { #expect(event.payload[member] == nil, "\(member)") }
        }
    }

    /// No key of a message may reach a receiver, except that of a file which the receiver may fetch itself.
    @Test(arguments: ContentCase.all)
    func onlyReferencesToFilesHaveKeys(_ given: ContentCase) throws {
        let format = try #require(BuiltInSourceFormats.format(named: given.format))
        for document in given.documents {
            for event in try read(document.text, as: format, session: given.session) {
                var payload = event.payload
                payload["raw_media"] = nil
                if let cards = payload["content"]?["cards"]?.array {
                    let bare = cards.map { card -> JSON in
                        var card = card.object ?? JSONObject()
                        card["raw_media"] = nil
                        return .object(card)
                    }
                    payload["content"]?["cards"] = .array(bare)
                }
                #expect(!JSON.object(payload).text.contains("mediaKey"))
            }
        }
    }
}
