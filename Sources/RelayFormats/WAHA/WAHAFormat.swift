package import RelayCore
internal import RelayJSON

/// Webhooks of WAHA with any of its engines (WEBJS, NOWEB, GOWS): `{id, timestamp, event, session, me, payload,
/// engine}`, or an array of such objects (reference whatsapp.md, A6).
package struct WAHAFormat: SourceFormat, GatewayEnvelopeFormat {
    package static let name = "waha"
    package static let summary = "Documents of WAHA, with any of its engines."

    typealias Reader = WAHAReader
    static let gateway = "WAHA"
    static let dataField = "payload"
    static let example = #"{"event": "message", "session": …, "payload": {…}}"#
    static let exampleNames = #""message", "message.ack" or "session.status""#

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        try Self.read(document, context)
    }
}
