internal import RelayCore
internal import RelayJSON

/// A format whose documents are envelopes: an object, or an array of such, each with the name of an event, a session
/// and what the event says. A dialect tells how its envelope looks, and its reader reads what is in it.
protocol EnvelopeFormat: EventFormat {
    associatedtype Reader: EnvelopeReader

    /// The gateway's name, for people.
    static var gateway: String { get }
    /// The members that may name the session; the first one present counts.
    static var sessionFields: [String] { get }
    /// The member with what the event says.
    static var dataField: String { get }
    /// How an envelope looks, for people.
    static var example: String { get }
    /// How the names of events look, for people: the end of a sentence.
    static var exampleNames: String { get }

    /// The envelope with the session's name as a text that may be one. Default: as it is.
    static func opened(_ envelope: JSONObject) -> JSONObject
    /// An event's name as the reader knows it; nil when the gateway has none like it. Default: what the reader reads,
    /// and what looks like a name, since gateways add events faster than the relay learns them.
    static func eventName(_ written: String) -> String?
    /// Demands more of an envelope than an event. Default: nothing.
    static func verify(_ envelope: JSONObject, at pointer: String) throws(FormatError)
}

extension EnvelopeFormat {
    static var sessionFields: [String] { ["session", "sessionId"] }

    static func opened(_ envelope: JSONObject) -> JSONObject { envelope }
    static func eventName(_ written: String) -> String? {
        Reader.handled.contains(written) || GatewayEventName.isPlausible(written) ? written : nil
    }
    static func verify(_ envelope: JSONObject, at pointer: String) throws(FormatError) {}

    /// Reads a document, envelope by envelope.
    static func read(_ document: [UInt8], _ context: FormatContext) throws(FormatError) -> [NewEvent] {
        var envelopes = try GatewayDocument(document).envelopes(of: name)
        for index in envelopes.indices { envelopes[index].envelope = opened(envelopes[index].envelope) }
        let sessionName = SessionName(context: context, envelopes: envelopes, fields: sessionFields)
        var events: [NewEvent] = []
        for (envelope, pointer) in envelopes {
            let event = try eventName(of: envelope, at: pointer)
            try verify(envelope, at: pointer)
            let reader = Reader(
                session: try sessionName.resolve(envelope, at: pointer),
                receivedAt: context.receivedAt,
                envelope: envelope
            )
            let data = envelope[dataField] ?? .null
            events += try reader.events(named: event, data: data, at: "\(pointer)/\(dataField)")
        }
        return events
    }

    private static func eventName(of envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        guard let written = envelope.text("event") else {
            throw FormatError(
                .notAnEvent, "A document of \(gateway) names its event: \(example).", pointer: pointer + "/event")
        }
        guard let name = eventName(written) else {
            throw FormatError(
                .notAnEvent,
                "This is no event of \(gateway); their names are like \(exampleNames).",
                pointer: pointer + "/event"
            )
        }
        return name
    }
}

/// Turns one event of a gateway, out of its envelope, into the relay's.
protocol EnvelopeReader: FormatReader {
    /// The names of the events that it reads; others are understood, and nothing in them is an event.
    static var handled: Set<String> { get }

    init(session: String, receivedAt: Timestamp, envelope: JSONObject)

    /// - Parameter pointer: where `data` is.
    func events(named name: String, data: JSON, at pointer: String) throws(FormatError) -> [NewEvent]
}
