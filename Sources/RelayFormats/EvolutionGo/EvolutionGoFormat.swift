package import RelayCore
internal import RelayJSON

/// Webhooks of Evolution Go: `{event, data, instanceId, instanceName, instanceToken}` with the events of whatsmeow as
/// `data`, or an array of such objects. The envelope of its wiki (`{event: "MESSAGE", instance, data}` with messages in
/// Baileys' form) is read as well (reference whatsapp.md, A4). The `instanceToken` is dropped.
package struct EvolutionGoFormat: SourceFormat, GatewayEnvelopeFormat {
    package static let name = "evolution_go"
    package static let summary = "Documents of Evolution Go."
    package static let secretField: String? = "instanceToken"

    typealias Reader = EvolutionGoReader
    static let gateway = "Evolution Go"
    static let sessionFields = ["instanceName", "instance", "instanceId", "session", "sessionId"]
    static let dataField = "data"
    static let example = #"{"event": "Message", "data": …, "instanceId": …}"#
    static let exampleNames = #""Message" or "CallOffer". Evolution API has a format of its own, evolution"#

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        try Self.read(document, context)
    }

    /// The envelope with the first member that is a valid session id as `instanceName`. Instance names are free text;
    /// when the name is not a valid session id, the instance's id is used.
    static func opened(_ envelope: JSONObject) -> JSONObject {
        guard let id = sessionFields.lazy.compactMap({ envelope.text($0) }).first(where: { Session.isValid(id: $0) })
        else { return envelope }
        var opened = envelope
        opened["instanceName"] = .string(id)
        return opened
    }

    /// The name in lower case: `Message`, `message` and the wiki's `MESSAGE` are the same event. A name in whatsmeow's
    /// style, with a capital first letter and lower-case letters, and a step of the pairing (`QR_SUCCESS`), are valid
    /// even when the relay does not read that event.
    static func eventName(_ written: String) -> String? {
        let name = written.lowercased().filter { $0 != "_" }
        let isKnown = EvolutionGoReader.handled.contains(name) || isWhatsmeows(written) || isPairingStep(written)
        return isKnown ? name : nil
    }

    static func verify(_ envelope: JSONObject, at pointer: String) throws(InvalidDocumentError) {
        guard envelope.contains(dataField) else {
            throw InvalidDocumentError(
                .notAnEvent, "A document of \(gateway) has \"data\" beside \"event\".", pointer: pointer + "/data")
        }
    }

    private static func isPairingStep(_ name: String) -> Bool {
        name.hasPrefix("QR_") && name.utf8.count > 3
            && name.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isWhatsmeows(_ name: String) -> Bool {
        let letters = Array(name.utf8)
        return letters.first.map { (0x41...0x5A).contains($0) } == true
            && letters.contains { (0x61...0x7A).contains($0) }
            && letters.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }
}
