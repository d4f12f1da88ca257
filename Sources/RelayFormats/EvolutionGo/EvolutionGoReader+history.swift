internal import RelayCore
internal import RelayJSON

/// `HistorySync`: the history that the phone sends after pairing. Entries without a JID or an id are skipped.
extension EvolutionGoReader {
    func history(_ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let sync = data["Data"]?.object ?? data
        func list(_ field: String) -> [JSONObject] { (sync[field]?.array ?? []).compactMap(\.object) }
        var messages: [JSON] = []
        var conversations: [JSON] = []
        for conversation in list("conversations") {
            for item in conversation["messages"]?.array ?? [] {
                guard let message = item["message"]?.object.map({ WhatsmeowFieldRenaming.renamed($0) }),
                    let key = message["key"]?.object, key.text("id") != nil, key.jid("remoteJid") != nil,
                    message["message"]?.object != nil
                else { continue }
                messages.append(.object(message))
            }
            var chat = conversation
            chat["messages"] = nil
            chat = WhatsmeowFieldRenaming.renamed(chat)
            if chat.jid("id") != nil { conversations.append(.object(chat)) }
        }
        let names = list("pushnames").filter { $0.jid("ID") != nil }.map { name -> JSON in
            ["id": name["ID"] ?? .null, "notify": name["pushname"] ?? .null]
        }
        let mappings = list("phoneNumberToLidMappings").map { WhatsmeowFieldRenaming.renamed($0) }
            .filter { $0.jid("lidJid") != nil && $0.jid("pnJid") != nil }
        return try baileys.history(
            [
                "phoneNumberToLidMappings": .array(mappings.map(JSON.object)), "contacts": .array(names),
                "conversations": .array(conversations), "messages": .array(messages),
            ],
            at: pointer
        )
    }
}
