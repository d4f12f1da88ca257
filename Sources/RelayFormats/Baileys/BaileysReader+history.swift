internal import RelayCore
internal import RelayJSON

/// `messaging-history.set`: the history that the phone sends after pairing. Names are read first, so that the messages
/// can use them.
extension BaileysReader {
    func history(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        var events: [ParsedEvent] = []
        // The second name is the field of the phone's own message, before Baileys converts it.
        for field in ["lidPnMappings", "phoneNumberToLidMappings"] {
            events += try optional(data, field, at: pointer, mapping)
        }
        events += try optional(data, "contacts", at: pointer, contact)
        for field in ["chats", "conversations"] { events += try optional(data, field, at: pointer, chat) }
        guard let list = data["messages"], list != .null else { return events }
        let messages = try array(data, "messages", "an array of messages", at: pointer)
        return events + self.messages(messages, at: pointer + "/messages", isHistory: true)
    }

    private func optional(
        _ data: JSONObject,
        _ field: String,
        at pointer: String,
        _ read: (JSONObject, String) throws(InvalidDocumentError) -> [ParsedEvent]
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard let list = data[field], list != .null else { return [] }
        return try each(list, at: "\(pointer)/\(field)", read)
    }
}
