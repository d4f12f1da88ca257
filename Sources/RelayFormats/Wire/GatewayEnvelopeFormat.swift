internal import RelayCore
internal import RelayJSON

/// A format whose documents are envelopes: an object, or an array of objects, each with the name of an event, a session
/// and the event's data. A conforming type describes its envelope; its reader reads the data.
protocol GatewayEnvelopeFormat: SourceFormat {
    associatedtype Reader: GatewayEventReader

    /// The gateway's name for error messages.
    static var gateway: String { get }
    /// The members that may contain the session; the first one present is used.
    static var sessionFields: [String] { get }
    /// The member that contains the event's data.
    static var dataField: String { get }
    /// An example envelope for error messages.
    static var example: String { get }
    /// Example event names for error messages; they end the sentence.
    static var exampleNames: String { get }

    /// The envelope with a session name that is a valid string. Default: unchanged.
    static func opened(_ envelope: JSONObject) -> JSONObject
    /// The event's name as the reader knows it; nil when the gateway cannot have such an event. Default: accepts the
    /// names that the reader handles and any name of the usual shape, because gateways add events faster than the
    /// relay.
    static func eventName(_ written: String) -> String?
    /// Checks further requirements of an envelope. Default: none.
    static func verify(_ envelope: JSONObject, at pointer: String) throws(InvalidDocumentError)
}

extension GatewayEnvelopeFormat {
    static var sessionFields: [String] { ["session", "sessionId"] }

    static func opened(_ envelope: JSONObject) -> JSONObject { envelope }
    static func eventName(_ written: String) -> String? {
        Reader.handled.contains(written) || GatewayEventNameSyntax.isPlausible(written) ? written : nil
    }
    static func verify(_ envelope: JSONObject, at pointer: String) throws(InvalidDocumentError) {}

    /// Reads all envelopes of a document.
    static func read(_ document: [UInt8], _ context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        let batch = BatchDocumentReader()
        let whole = try GatewayDocument(document)
        var envelopes = try whole.envelopes(of: name, batch)
        for index in envelopes.indices { envelopes[index].envelope = opened(envelopes[index].envelope) }
        let sessionName = EnvelopeSessionResolver(context: context, fields: sessionFields)
        return try whole.events(of: envelopes, batch) { envelope, pointer throws(InvalidDocumentError) in
            let event = try eventName(of: envelope, at: pointer)
            try verify(envelope, at: pointer)
            let reader = Reader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                envelope: envelope,
                batch: batch
            )
            let data = envelope[dataField] ?? .null
            return try reader.events(named: event, data: data, at: String(concatenating: pointer, "/", dataField))
        }
    }

    private static func eventName(of envelope: JSONObject, at pointer: String) throws(InvalidDocumentError) -> String {
        guard let written = envelope.text("event") else {
            throw InvalidDocumentError(
                .notAnEvent, "A document of \(gateway) names its event: \(example).", pointer: pointer + "/event")
        }
        guard let name = eventName(written) else {
            throw InvalidDocumentError(
                .notAnEvent,
                "This is no event of \(gateway); their names are like \(exampleNames).",
                pointer: pointer + "/event"
            )
        }
        return name
    }
}

/// Turns one event of a gateway, taken from its envelope, into events of the relay.
protocol GatewayEventReader: FormatReader {
    /// The names of the events that it reads; other valid names make no event.
    static var handled: Set<String> { get }

    /// - Parameter batch: the batch that the posted document is, or contains.
    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader)

    /// - Parameter pointer: the JSON pointer of `data`.
    func events(named name: String, data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent]
}
