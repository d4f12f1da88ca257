import RelayCore
import RelayFormats
import RelayJSON
import RelayTesting
import Testing

/// The time at which the tests receive all documents.
let receivedAt = Timestamp(seconds: 1_763_030_000)

func json(_ text: String) throws -> JSON {
    try JSON(parsing: Array(text.utf8))
}

/// Reads a document as `format`, posted to the path of the session `demo`.
func read(
    _ document: String,
    as format: any SourceFormat = BaileysFormat(),
    session: String? = "demo"
) throws(InvalidDocumentError) -> [ParsedEvent] {
    try parsed(document, as: format, session: session).events
}

/// Reads a document as `format`, with the documents of a batch that cannot be read. What the events have must be in the
/// catalogue of events, unless the format passes payloads on as they are.
func parsed(
    _ document: String,
    as format: any SourceFormat = BaileysFormat(),
    session: String? = "demo"
) throws(InvalidDocumentError) -> ParsedDocument {
    let parsed = try format.read(
        Array(document.utf8), context: FormatReadContext(session: session, receivedAt: receivedAt))
    if !(format is NativeFormat) {
        for event in parsed.events {
            let problems = EventCatalogueCheck.problems(event.type, event.payload)
            #expect(problems == [], "\(event.type) of \(document)")
        }
    }
    return parsed
}

/// A Baileys event with the argument of its handler.
func envelope(_ event: String, _ data: String) -> String {
    #"{"event": "\#(event)", "data": \#(data)}"#
}

/// A `messages.upsert` with one message.
func upsert(_ message: String, type: String = "notify") -> String {
    envelope("messages.upsert", #"{"type": "\#(type)", "messages": [\#(message)]}"#)
}

/// A message in the chat with 5511999999001 that contains one content node.
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

/// A document of Evolution Go.
func evolutionGo(_ event: String, _ data: String, more: String = "") -> String {
    #"""
    {"event": "\#(event)", "data": \#(data), "instanceId": "0b1c2d3e-0000-4000-8000-000000000001",
     "instanceName": "shop", "instanceToken": "s3cret-token"\#(more)}
    """#
}

/// A JSON object merged with the members of another, which take precedence.
func merged(_ json: JSON, _ members: String) throws -> JSON {
    var object = json.object ?? JSONObject()
    for (key, value) in try RelayFormatsTests.json(members).object ?? JSONObject() { object[key] = value }
    return .object(object)
}

/// A message in the form of whatsmeow, posted by Evolution Go.
/// - Parameters:
///   - info: members of `Info` that replace the default ones.
///   - more: members next to `Info`.
func whatsmeow(
    _ content: String,
    info: String = "",
    more: String = "",
    event: String = "Message"
) throws -> String {
    let usual = try json(
        #"""
        {"Chat": "5511999999001@s.whatsapp.net", "Sender": "5511999999001@s.whatsapp.net", "SenderAlt": "",
         "RecipientAlt": "", "IsFromMe": false, "IsGroup": false, "AddressingMode": "pn", "ID": "3EB0A1",
         "Type": "text", "PushName": "Maria Silva", "Timestamp": "2025-06-17T10:55:28-03:00", "Edit": "",
         "VerifiedName": null}
        """#
    )
    var data: JSONObject = ["Info": try merged(usual, "{\(info)}"), "Message": try json(content), "IsEdit": false]
    data = try merged(.object(data), "{\(more)}").object ?? data
    return evolutionGo(event, JSON.object(data).text)
}

/// The only event in a document.
func one(_ document: String, as format: any SourceFormat = BaileysFormat(), session: String? = "demo") throws
    -> ParsedEvent
{
    let events = try read(document, as: format, session: session)
    guard events.count == 1, let event = events.first else { throw EventCountError(count: events.count) }
    return event
}

struct EventCountError: Error {
    let count: Int
}

/// The reason why a document is rejected; nil when it is accepted.
func refusal(_ document: String, as format: any SourceFormat = BaileysFormat(), session: String? = "demo")
    -> InvalidDocumentError?
{
    do {
        _ = try read(document, as: format, session: session)
        return nil
    } catch {
        return error
    }
}
