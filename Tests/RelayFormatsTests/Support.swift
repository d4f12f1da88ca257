import RelayCore
import RelayFormats
import RelayJSON

/// The moment at which the tests receive everything.
let receivedAt = Timestamp(seconds: 1_763_030_000)

func json(_ text: String) throws -> JSON {
    try JSON(parsing: Array(text.utf8))
}

/// Reads a document as `format`, posted to the address of the session `demo`.
func read(
    _ document: String,
    as format: any EventFormat = Baileys(),
    session: String? = "demo"
) throws(FormatError) -> [NewEvent] {
    try format.events(from: Array(document.utf8), context: FormatContext(session: session, receivedAt: receivedAt))
}

/// A Baileys event with its handler's argument.
func envelope(_ event: String, _ data: String) -> String {
    #"{"event": "\#(event)", "data": \#(data)}"#
}

/// A `messages.upsert` with one message.
func upsert(_ message: String, type: String = "notify") -> String {
    envelope("messages.upsert", #"{"type": "\#(type)", "messages": [\#(message)]}"#)
}

/// A message in the chat with 5511999999001 that holds one content node.
func message(_ content: String, key: String = #""fromMe": false"#, more: String = "") -> String {
    #"""
    {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "3EB0A1", \#(key)}, "messageTimestamp": 1750168528,
     "message": \#(content)\#(more.isEmpty ? "" : ", " + more)}
    """#
}

/// A document of Evolution API.
func evolution(_ event: String, _ data: String, more: String = "") -> String {
    #"""
    {"event": "\#(event)", "instance": "shop", "data": \#(data), "sender": "5511999999009@s.whatsapp.net",
     "server_url": "https://evo.example.com", "apikey": "s3cret-key"\#(more)}
    """#
}

/// The only event in a document.
func one(_ document: String, as format: any EventFormat = Baileys()) throws -> NewEvent {
    let events = try read(document, as: format)
    guard events.count == 1, let event = events.first else { throw Unexpected(count: events.count) }
    return event
}

struct Unexpected: Error {
    let count: Int
}

/// Why a document is refused; nil when it is not.
func refusal(_ document: String, as format: any EventFormat = Baileys(), session: String? = "demo") -> FormatError? {
    do {
        _ = try read(document, as: format, session: session)
        return nil
    } catch {
        return error
    }
}
