package import RelayCore
internal import RelayJSON

/// Events of Baileys as a bridge posts them: `{session, event, data}`, or an array of such objects. `data` is the
/// argument that Baileys passes to the event's handler. The envelope of fazer-ai/baileys-api (`{event, data, extra,
/// webhookVerifyToken}`) is read as well: its token is dropped, and its files are taken from the envelope (reference
/// whatsapp.md, A1 and A2).
package struct BaileysFormat: SourceFormat, GatewayEnvelopeFormat {
    package static let name = "baileys"
    package static let summary = "Documents of a bridge that posts Baileys' events, or of fazer-ai/baileys-api."
    package static let secretField: String? = "webhookVerifyToken"

    typealias Reader = BaileysReader
    static let gateway = "Baileys"
    static let dataField = "data"
    static let example = #"{"session": …, "event": "messages.upsert", "data": …}"#
    static let exampleNames = #""messages.upsert" or "message-receipt.update""#

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        try Self.read(document, context)
    }
}
