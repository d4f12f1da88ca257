import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Broken documents are refused, or read as far as they go; nothing is made up, nothing crashes.
struct MutationTests {
    private static let documents = CorpusDocument.all + WAHADocuments.all + OwnDocuments.all

    @Test(arguments: documents)
    func nothingIsMadeUp(_ document: CorpusDocument) {
        check(document.document, document)
    }

    @Test(arguments: documents)
    func oneChangeAtEachPlace(_ document: CorpusDocument) {
        for mutant in Mutations.all(of: document.document) { check(mutant, document) }
    }

    @Test(arguments: documents)
    func severalChangesAtOnce(_ document: CorpusDocument) {
        var random = SplitMix(state: 7)
        for _ in 0..<40 {
            var mutant = document.document
            for _ in 0..<3 { mutant = Mutations.one(of: mutant, &random) }
            check(mutant, document)
        }
    }

    @Test(arguments: documents)
    func cutAtEachPlace(_ document: CorpusDocument) {
        // Before each mark and each value. Within a word, one place is as good as another.
        let bytes = document.document.bytes
        let places = bytes.indices.filter { place in
            "{}[],:\"".utf8.contains(bytes[place]) || (place > 0 && bytes[place - 1] == UInt8(ascii: ":"))
        }
        let codes = Set(places.map { refusal(Array(bytes[..<$0]), document)?.code })
        #expect(codes == [.malformed])
    }

    @Test func wrappersWithoutEnd() throws {
        var content: JSON = ["conversation": "deep"]
        for _ in 0..<50 { content = ["ephemeralMessage": ["message": content]] }
        let event = try one(upsert(message(content.text)))
        #expect(event.payload["type"] == "unsupported")
    }

    private func events(_ bytes: [UInt8], _ document: CorpusDocument) throws(FormatError) -> [NewEvent] {
        let context = FormatContext(session: document.session, receivedAt: receivedAt)
        return try document.format.events(from: bytes, context: context)
    }

    private func refusal(_ bytes: [UInt8], _ document: CorpusDocument) -> FormatError? {
        do {
            _ = try events(bytes, document)
            return nil
        } catch {
            return error
        }
    }

    private func check(_ mutant: JSON, _ document: CorpusDocument) {
        let bytes = mutant.bytes
        guard let events = try? events(bytes, document), !events.isEmpty else { return }
        let told = Told(bytes, session: document.session)
        for event in events {
            let inventions = Inventions(in: event, told).list
            if !inventions.isEmpty || !Session.isValid(id: event.session) || event.type.name.isEmpty {
                Issue.record("\(inventions) \(event) of \(mutant)")
            }
        }
    }
}

/// The ids and addresses in an event that the document does not have.
private struct Inventions {
    private(set) var list: [String] = []
    private let told: Told

    init(in event: NewEvent, _ told: Told) {
        self.told = told
        if !told.has(event.session) { list.append("session \(event.session)") }
        if let chat = event.chat { read("chat", .string(chat)) }
        read(.object(event.payload))
    }

    private static let ids: Set<String> = [
        "messageId", "wa_message_id", "targetMessageId", "callId", "userId", "parentUserId", "newUserId",
        "previousUserId", "phoneNumberId", "joinRequestId", "requestId",
    ]
    private static let addresses: Set<String> = [
        "chat", "chatId", "chatLid", "from", "to", "participant", "participantLid", "contactId", "lid", "groupId",
        "owner", "author", "broadcastList", "sellerId", "previousContactId", "newContactId", "mentions", "id",
    ]
    private static let phones: Set<String> = ["phone_number", "displayPhoneNumber"]
    /// Where the members are what the document had, under its own names.
    private static let copied: Set<String> = [
        "raw", "raw_media", "params", "errors", "votes", "contacts", "conversation", "pricing", "previousContent",
    ]

    private mutating func read(_ json: JSON) {
        guard let object = json.object else { return }
        // The id of a choice in a menu is no address.
        let isMember = object.contains("admin")
        for (key, value) in object where !Self.copied.contains(key) && (key != "id" || isMember) { read(key, value) }
    }

    private mutating func read(_ key: String, _ value: JSON) {
        switch value {
        case .string(let text) where text.isEmpty: break
        case .string(let text):
            let isTold =
                Self.ids.contains(key)
                ? told.has(text)
                : Self.addresses.contains(key)
                    ? told.names(text) : !Self.phones.contains(key) || told.names(text + "@s.whatsapp.net")
            if !isTold { list.append("\(key) \(text)") }
        case .array(let elements):
            for element in elements { read(key, element) }
        case .object: read(value)
        default: break
        }
    }
}
