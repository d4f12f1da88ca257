import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The documents that events keep for destinations that take documents.
struct CloudAPIDocumentTests {
    private static let metadata: JSON = ["display_phone_number": "551140000000", "phone_number_id": "77"]

    private static func text(_ id: String, from: String, _ body: String = "oi") -> JSON {
        [
            "id": .string(id), "from": .string(from), "timestamp": "1763000000", "type": "text",
            "text": ["body": .string(body)],
        ]
    }

    private static func document(_ values: JSON...) -> JSON {
        let changes = values.map { value -> JSON in ["field": "messages", "value": value] }
        return [
            "object": "whatsapp_business_account",
            "entry": [["id": "9", "changes": .array(changes)]],
        ]
    }

    private static func value(_ members: JSONObject) -> JSON {
        var value: JSONObject = ["messaging_product": "whatsapp", "metadata": metadata]
        for (name, member) in members { value[name] = member }
        return .object(value)
    }

    private static func events(_ bytes: [UInt8], keepsRaw: Bool = true) throws -> [ParsedEvent] {
        let context = FormatReadContext(receivedAt: Timestamp(seconds: 1_763_000_100), keepsRaw: keepsRaw)
        return try CloudAPIFormat().read(bytes, context: context).events
    }

    @Test func aDocumentAboutOneMessageIsKeptByteForByte() throws {
        let one = Self.document(Self.value(["messages": [Self.text("wamid.1", from: "5511999999999")]]))
        // In a notation that Meta may use: escapes, spaces, and a number that a double cannot represent.
        let written = one.text.replacing("\"oi\"", with: "\"ol\\u00e1 \\/ \u{1F600}\"").replacing(",", with: " ,\n ")
        let events = try Self.events(Array(written.utf8))
        #expect(events.map(\.raw) == [RawGatewayDocument(bytes: Array(written.utf8))])
        #expect(try Self.events(Array(written.utf8), keepsRaw: false).map(\.raw) == [nil])
    }

    @Test func eachThingOfADocumentWithSeveralGetsADocumentOfItsOwn() throws {
        let maria: JSON = ["profile": ["name": "Maria"], "wa_id": "5511999999999"]
        let rui: JSON = ["profile": ["name": "Rui"], "wa_id": "5511888888888"]
        let first = Self.text("wamid.1", from: "5511999999999")
        let second = Self.text("wamid.2", from: "5511888888888")
        let status: JSON = [
            "id": "wamid.0", "status": "read", "timestamp": "1763000000", "recipient_id": "5511999999999",
        ]
        let batch = Self.document(
            Self.value(["contacts": [maria, rui], "messages": [first, second]]), Self.value(["statuses": [status]]))
        let events = try Self.events(batch.bytes)
        let documents = try events.compactMap(\.raw).map { try JSON(parsing: $0.bytes) }
        #expect(
            documents == [
                Self.document(Self.value(["contacts": [maria], "messages": [first]])),
                Self.document(Self.value(["contacts": [rui], "messages": [second]])),
                Self.document(Self.value(["statuses": [status]])),
            ])
        // Each kept part is read again as the event that it was kept with.
        for event in events {
            let raw = try #require(event.raw)
            let again = try Self.events(raw.bytes)
            #expect(again.map(\.payload) == [event.payload])
            #expect(again.map(\.dedupKey) == [event.dedupKey])
        }
    }

    @Test func whatMakesNoEventIsNotLeftInThePartsOfOthers() throws {
        let strange: JSON = ["id": "wamid.9", "status": "unheard_of", "recipient_id": "5511999999999"]
        let message = Self.text("wamid.1", from: "5511999999999")
        let mixed = Self.document(Self.value(["messages": [message], "statuses": [strange]]))
        let events = try Self.events(mixed.bytes)
        #expect(events.count == 1)
        let raw = try #require(events.first?.raw)
        let kept = try JSON(parsing: raw.bytes)
        #expect(kept == Self.document(Self.value(["messages": [message]])))
    }
}
