import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Broken documents are refused, or read as far as they go; nothing is made up, nothing crashes.
struct MutationTests {
    private static let replacements: [JSON] = [
        .null, true, 0, -1, 1_750_168_528, "", "text", "5511999999001@s.whatsapp.net", [], [[]], [:],
        .number("1e400"), .number("-0.5"), .number("18446744073709551616"), ["low": -1, "high": -1, "unsigned": true],
        ["type": "Buffer", "data": [1, 2, 3]], ["message": ["message": ["conversation": 7]]],
    ]

    @Test(arguments: CorpusDocument.all + WAHADocuments.all)
    func changedValues(_ document: CorpusDocument) {
        for mutant in Self.mutants(of: document.document) { check(mutant.text, document) }
    }

    @Test(arguments: CorpusDocument.all + WAHADocuments.all)
    func cutDocuments(_ document: CorpusDocument) {
        let bytes = Array(document.document.text.utf8)
        var random = SplitMix(state: 20_251_113)
        for _ in 0..<60 {
            let length = Int(random.next() % UInt64(bytes.count))
            let error = refusal(String(decoding: bytes[..<length], as: UTF8.self), as: document.format)
            #expect(error?.code == .malformed)
        }
    }

    @Test(arguments: CorpusDocument.all + WAHADocuments.all)
    func severalChangesAtOnce(_ document: CorpusDocument) {
        var random = SplitMix(state: 7)
        for _ in 0..<40 {
            var mutant = document.document
            for _ in 0..<3 {
                let mutants = Self.mutants(of: mutant)
                if mutants.isEmpty { break }
                mutant = mutants[Int(random.next() % UInt64(mutants.count))]
            }
            check(mutant.text, document)
        }
    }

    @Test func wrappersWithoutEnd() throws {
        var content: JSON = ["conversation": "deep"]
        for _ in 0..<50 { content = ["ephemeralMessage": ["message": content]] }
        let event = try one(upsert(message(content.text)))
        #expect(event.payload["type"] == "unsupported")
    }

    private func check(_ text: String, _ document: CorpusDocument) {
        guard let events = try? read(text, as: document.format, session: document.session) else { return }
        for event in events {
            #expect(Session.isValid(id: event.session))
            #expect(!event.type.name.isEmpty)
            for field in ["messageId", "targetMessageId", "callId"] {
                guard let id = event.payload[field]?.string else { continue }
                #expect(text.contains(id), "\(field) \(id) is not in \(text)")
            }
            if let chat = event.chat.flatMap({ JID($0) }) {
                #expect(text.contains(chat.user), "\(chat) is not in \(text)")
            }
        }
    }

    /// The document with each member dropped, each value replaced, and each value wrapped, one at a time.
    private static func mutants(of value: JSON) -> [JSON] {
        switch value {
        case .object(let object):
            var mutants: [JSON] = []
            for (key, member) in object {
                var without = object
                without[key] = nil
                mutants.append(.object(without))
                for changed in replacements + [[key: member], [member]] + self.mutants(of: member) {
                    var copy = object
                    copy[key] = changed
                    mutants.append(.object(copy))
                }
            }
            return mutants
        case .array(let elements):
            var mutants: [JSON] = [.array(elements + elements)]
            for (index, element) in elements.enumerated() {
                for changed in replacements + self.mutants(of: element) {
                    var copy = elements
                    copy[index] = changed
                    mutants.append(.array(copy))
                }
            }
            return mutants
        default:
            return []
        }
    }
}

/// A small generator, so that every run tries the same.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
