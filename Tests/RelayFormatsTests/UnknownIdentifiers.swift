import RelayCore
import RelayJSON

/// The ids, JIDs and phone numbers in an event that the document does not contain.
struct UnknownIdentifiers {
    private(set) var list: [String] = []
    private let document: SourceDocument

    init(in event: ParsedEvent, _ document: SourceDocument) {
        self.document = document
        if !document.has(event.session) { list.append("session \(event.session)") }
        if let chat = event.chat { read("chat", .string(chat)) }
        read(.object(event.payload))
    }

    /// Members with ids of WhatsApp and Meta, which equal those in the document.
    private static let ids: Set<String> = [
        "messageId", "wa_message_id", "targetMessageId", "callId", "userId", "parentUserId", "newUserId",
        "previousUserId", "phoneNumberId", "joinRequestId", "requestId",
    ]
    /// Members with JIDs in the form of ``JID``, whatever form the document uses.
    private static let addresses: Set<String> = [
        "chat", "chatId", "chatLid", "from", "to", "participant", "participantLid", "contactId", "lid", "groupId",
        "owner", "ownerLid", "author", "authorLid", "broadcastList", "sellerId", "previousContactId", "newContactId",
        "mentions", "id",
    ]
    /// Members with digits.
    private static let phones: Set<String> = ["phone_number", "displayPhoneNumber"]
    /// Members that are copied from the document, with the document's own names inside.
    private static let copied: Set<String> = [
        "raw", "raw_media", "params", "errors", "votes", "contacts", "conversation", "pricing", "previousContent",
    ]

    private mutating func read(_ json: JSON) {
        guard let object = json.object else { return }
        // The id of a menu choice is not a JID.
        let isMember = object.contains("admin")
        for (key, value) in object where !Self.copied.contains(key) && (key != "id" || isMember) { read(key, value) }
    }

    private mutating func read(_ key: String, _ value: JSON) {
        switch value {
        case .string(let text) where text.isEmpty: break
        case .string(let text):
            let isMadeUp =
                (Self.ids.contains(key) && !document.has(text))
                || (Self.addresses.contains(key) && !document.names(text))
                || (Self.phones.contains(key) && !document.names(text + "@s.whatsapp.net"))
            if isMadeUp { list.append("\(key) \(text)") }
        case .array(let elements):
            for element in elements { read(key, element) }
        case .object: read(value)
        default: break
        }
    }
}
