package import RelayCore
internal import RelayJSON

/// The events of Baileys as a bridge posts them: `{session, event, data}` with the argument of the event's handler as
/// `data`, or an array of such. The envelope of fazer-ai/baileys-api (`{event, data, extra, webhookVerifyToken}`) is
/// one of them; its token goes no further, its files beside the event (reference whatsapp.md, A1 and A2).
package struct BaileysFormat: EventFormat, EnvelopeFormat {
    package static let name = "baileys"
    package static let summary = "Documents of a bridge that posts Baileys' events, or of fazer-ai/baileys-api."
    package static let secretField: String? = "webhookVerifyToken"

    typealias Reader = BaileysReader
    static let gateway = "Baileys"
    static let dataField = "data"
    static let example = #"{"session": …, "event": "messages.upsert", "data": …}"#
    static let exampleNames = #""messages.upsert" or "message-receipt.update""#

    package init() {}

    package func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        try Self.read(document, context)
    }
}
