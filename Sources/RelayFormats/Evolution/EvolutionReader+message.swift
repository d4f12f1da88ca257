internal import RelayCore
internal import RelayJSON

/// New messages: `messages.upsert`, `messages.set` (history) and `send.message` (sent by the API).
extension EvolutionReader {
    /// `data` is one message, an array of messages, or an object with messages in `messages`.
    func messages(
        _ data: JSON,
        at pointer: String,
        isHistory: Bool = false,
        isSent: Bool = false
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        let inner = data["messages"].flatMap { $0 == .null ? nil : $0 }
        return try each(inner ?? data, at: inner == nil ? pointer : pointer + "/messages") {
            item, pointer throws(InvalidDocumentError) in
            guard let event = try message(item, at: pointer, isHistory: isHistory, isSent: isSent) else { return [] }
            return [event]
        }
    }

    /// Reads a message in Baileys' form, after undoing what Evolution adds, removes and invents.
    func message(
        _ item: JSONObject,
        at pointer: String,
        isHistory: Bool = false,
        isSent: Bool = false
    ) throws(InvalidDocumentError) -> ParsedEvent? {
        guard item["key"]?.object != nil || item.text("keyId") != nil else {
            throw wrong("must be the message's key, an object", at: pointer + "/key")
        }
        var key = key(of: item)
        if isSent { key["fromMe"] = true }
        var message = item
        message["key"] = .object(key)
        let jids = key.map { $0.value.string.flatMap { JID($0) } }
        message["pushName"] = name(item.text("pushName"), of: jids).map(JSON.string)
        guard var node = item["message"]?.object else {
            return try baileys.message(message, at: pointer, isHistory: isHistory)
        }
        let extras = MessageNodeSupplement(
            file: node.embeddedFile("base64") ?? item.embeddedFile("base64")
                ?? item["media"]?.object?.embeddedFile("base64"),
            gatewayURL: node.text("mediaUrl") ?? item.text("mediaUrl"),
            context: item["contextInfo"]?.object ?? node["contextInfo"]?.object
        )
        let transcript = node.text("speechToText")
        for field in ["base64", "mediaUrl", "contextInfo", "speechToText"] { node[field] = nil }
        message["message"] = .object(Self.withCloudNames(node))
        var event = try baileys.message(message, at: pointer, isHistory: isHistory, extras: extras)
        if let transcript, var content = event?.payload["content"]?.object {
            content["transcript"] = .string(transcript)
            event?.payload["content"] = .object(content)
        }
        return event
    }

    /// Evolution's Cloud API channel stores Meta's media nodes under Baileys' names, but keeps Meta's members.
    private static func withCloudNames(_ node: JSONObject) -> JSONObject {
        var named = node
        for name in ["imageMessage", "videoMessage", "audioMessage", "documentMessage", "stickerMessage"] {
            guard var media = node[name]?.object, let mimetype = media["mime_type"] else { continue }
            media["mimetype"] = media["mimetype"] ?? mimetype
            media["fileName"] = media["fileName"] ?? media["filename"]
            media["fileSha256"] = media["fileSha256"] ?? media["sha256"]
            // Downloading it requires Meta's token.
            media["url"] = nil
            named[name] = .object(media)
        }
        return named
    }
}
