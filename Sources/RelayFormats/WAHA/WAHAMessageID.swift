internal import RelayCore
internal import RelayJSON

/// WAHA's message id: `<fromMe>_<chat>_<id>`, in groups followed by `_<participant>`.
struct WAHAMessageID {
    let isFromMe: Bool
    let chat: JID
    /// WhatsApp's own id.
    let id: String
    /// In a group message the author; in a receipt the person who acknowledged it, or the account itself.
    let participant: JID?

    /// - Parameter json: a string, or WhatsApp Web's object with the string in `_serialized`. Nil for anything else.
    init?(_ json: JSON?) {
        guard let text = json?.string ?? json?["_serialized"]?.string else { return nil }
        let parts = text.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "true" || parts[0] == "false" else { return nil }
        // The chat's JID can have `_` before its `@`, never after it.
        guard let at = parts[1].firstIndex(of: "@"), let end = parts[1][at...].firstIndex(of: "_"),
            let chat = JID(parts[1][..<end])
        else { return nil }
        let rest = parts[1][parts[1].index(after: end)...]
        let pieces = rest.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        let participant = pieces.count == 2 && pieces[1].contains("@") ? JID(pieces[1]) : nil
        let id = participant == nil ? rest : pieces[0]
        guard !id.isEmpty else { return nil }
        isFromMe = parts[0] == "true"
        self.chat = chat
        self.id = String(id)
        self.participant = participant
    }

    /// WhatsApp's own id from WAHA's id, or the value unchanged: engines differ in which of the two they send.
    static func bare(_ json: JSON?) -> String? {
        if let id = WAHAMessageID(json) { return id.id }
        return json?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
