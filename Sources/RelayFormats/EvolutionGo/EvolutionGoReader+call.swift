internal import RelayCore
internal import RelayJSON

/// `CallOffer`, `CallOfferNotice` (to a group), `CallAccept`, `CallReject`, `CallTerminate`, and the wiki's `CALL`.
extension EvolutionGoReader {
    func call(_ name: String, _ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try text(data, "CallID", "the call's id, a text", at: pointer)
        guard let from = data.jid("From") ?? data.jid("CallCreator") else {
            throw wrong("must be the caller's JID", at: pointer + "/From")
        }
        let status =
            switch name {
            case "callaccept": "accept"
            case "callreject": "reject"
            case "callterminate": data.text("Reason") == "timeout" ? "timeout" : "terminate"
            default: "offer"
            }
        var call = JSONObject()
        call.append("id", .string(id))
        call.append("chatId", .string(from.description))
        call.append("from", orNull: (data.jid("CallCreator") ?? from).description)
        call.append("callerPn", data["CallCreatorAlt"] ?? .null)
        call.append("date", data["Timestamp"] ?? .null)
        call.append("status", .string(status))
        call.append("isVideo", .bool(Self.isVideo(data)))
        call.append("groupJid", data["GroupJID"] ?? .null)
        return try baileys.call(call, at: pointer)
    }

    /// `CALL` of the wiki, which has no status.
    func wikiCall(_ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        if data["CallID"] != nil { return try call("calloffer", data, at: pointer) }
        var call = data
        if call.text("status") == nil { call["status"] = "offer" }
        call["date"] = data["date"] ?? data["timestamp"]
        return try baileys.call(call, at: pointer)
    }

    private static func isVideo(_ data: JSONObject) -> Bool {
        if data.text("Media") == "video" { return true }
        return data["Data"]?["Content"]?.array?.contains { $0["Tag"] == "video" } ?? false
    }
}
