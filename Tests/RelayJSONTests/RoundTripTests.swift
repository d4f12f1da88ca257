import RelayJSON
import RelayTesting
import Testing

extension JSON {
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .int(.random(in: .min ... .max, using: &generator))
        case 3: return .int(.random(in: -100...100, using: &generator))
        case 4: return .number("\(Double.random(in: -1e9...1e9, using: &generator))")
        case 5: return .string(randomText(using: &generator))
        case 6, 7:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                object[randomText(using: &generator)] = random(depth: depth - 1, using: &generator)
            }
            return .object(object)
        default:
            return .array(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
        }
    }

    private static func randomText(using generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...24, using: &generator) {
            let limit: UInt32 =
                [0x20, 0x80, 0x80, 0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(using: &generator) ?? 0x80
            text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) ?? "\u{FFFD}")
        }
        return text
    }
}

@Suite struct RoundTripTests {
    static let webhook = #"""
        {"event":"message.received","sessionId":"s-1","payload":{"id":"3EB0C767D71D8A",
        "chatId":"5511999999999@s.whatsapp.net",
        "fromMe":false,"text":"Olá \"Maria\" \ud83d\ude00 — 10\/10 \u00e9\n","count":18446744073709551615,"ratio":-1.5e-3,
        "tags":["a",null,true,{"x":[]}],"empty":{}},"timestamp":"2025-01-01T00:00:00.000Z"}
        """#

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func readsBackWhatItWrote(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let json = JSON.random(depth: 5, using: &generator)
            let bytes = json.bytes
            let again = try JSON(parsing: bytes)
            #expect(again == json)
            #expect(again.hashValue == json.hashValue)
            #expect(again.bytes == bytes)
            #expect(try JSON(parsing: json.prettyText) == json)
        }
    }

    @Test func refusesADocumentCutOffAtAnyByte() throws {
        let bytes = Array(Self.webhook.utf8)
        for count in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSON(parsing: Array(bytes[..<count])) }
        }
        #expect(try JSON(parsing: bytes)["payload"]?["count"] == .number("18446744073709551615"))
    }

    /// A document that is still accepted after a change must be a value that survives a round trip.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func survivesAnyChangeOfBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let original = Array(Self.webhook.utf8)
        let structural = Array("{}[]\",:\\ \n0-eEtfnu./".utf8)
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = .random(in: 0...255, using: &generator)
                case 1: bytes[place] = structural.randomElement(using: &generator) ?? 0
                case 2: bytes.remove(at: place)
                default: bytes.insert(structural.randomElement(using: &generator) ?? 0, at: place)
                }
            }
            guard let json = try? JSON(parsing: bytes) else { continue }
            #expect(try JSON(parsing: json.bytes) == json)
        }
    }

    @Test func parsesOnManyThreadsAtOnce() async throws {
        var generator = SeededGenerator(seed: 42)
        let documents = (0..<64).map { _ in JSON.random(depth: 5, using: &generator) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<16 {
                group.addTask {
                    for round in 0..<200 {
                        let document = documents[(worker * 31 + round) % documents.count]
                        guard try JSON(parsing: document.bytes) == document else { return false }
                        guard (try? JSON(parsing: document.bytes.dropLast() + [0x7F])) == nil else { return false }
                    }
                    return true
                }
            }
            for try await same in group { #expect(same) }
        }
    }
}
