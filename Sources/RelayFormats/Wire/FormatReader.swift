internal import RelayCore
internal import RelayJSON

/// The common part of all formats' readers: the session and time of their events, access to required members, and the
/// errors for missing ones.
protocol FormatReader {
    /// The gateway's name for error messages.
    var gateway: String { get }
    var session: String { get }
    var receivedAt: Timestamp { get }
    /// The batch that the posted document is, or contains.
    var batch: BatchDocumentReader { get }
}

extension FormatReader {
    func object(_ json: JSON?, at pointer: String) throws(InvalidDocumentError) -> JSONObject {
        guard let object = json?.object else { throw wrong("must be an object", at: pointer) }
        return object
    }

    func text(
        _ object: JSONObject, _ field: String, _ meaning: String, at pointer: String
    ) throws(InvalidDocumentError) -> String {
        guard let text = object.text(field) else { throw wrong("must be \(meaning)", at: "\(pointer)/\(field)") }
        return text
    }

    func jid(
        _ object: JSONObject, _ field: String, _ meaning: String, at pointer: String
    ) throws(InvalidDocumentError) -> JID {
        guard let jid = object.jid(field) else {
            throw wrong("must be \(meaning)", at: "\(pointer)/\(field)")
        }
        return jid
    }

    func array(
        _ object: JSONObject, _ field: String, _ meaning: String, at pointer: String
    ) throws(InvalidDocumentError) -> [JSON] {
        guard let array = object[field]?.array else { throw wrong("must be \(meaning)", at: "\(pointer)/\(field)") }
        return array
    }

    /// Reads every element of an array as a document of a batch; a single object is read by itself.
    func each(
        _ data: JSON,
        at pointer: String,
        _ read: (JSONObject, String) throws(InvalidDocumentError) -> [ParsedEvent]
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        if let object = data.object { return try read(object, pointer) }
        guard let elements = data.array else { throw wrong("must be an array of objects", at: pointer) }
        var events: [ParsedEvent] = []
        events.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let pointer = "\(pointer)/\(index)"
            events += batch.read(at: pointer) { () throws(InvalidDocumentError) in
                try read(try object(element, at: pointer), pointer)
            }
        }
        return events
    }

    /// The common facts of the session's own events.
    var sessionFacts: SessionEventBuilder { SessionEventBuilder(session: session, receivedAt: receivedAt) }

    /// - Parameter demand: the requirement for the value at `pointer`: `must be an object`.
    func wrong(_ demand: String, at pointer: String) -> InvalidDocumentError {
        .wrong(demand, at: pointer, of: gateway)
    }

    /// - Parameter key: the deduplication key; nil when repetitions cannot be recognized, so each post makes a new
    ///   event.
    func event(
        _ type: EventType, chat: JID?, at moment: Timestamp? = nil, key: String? = nil, _ payload: JSONObject
    ) -> ParsedEvent {
        ParsedEvent(
            type: type,
            session: session,
            chat: chat?.description,
            dedupKey: key,
            occurredAt: moment,
            payload: payload
        )
    }
}

extension InvalidDocumentError {
    /// The error for a value that the gateway does not send.
    /// - Parameter demand: the requirement for the value: `must be an object`.
    static func wrong(_ demand: String, at pointer: String, of gateway: String) -> InvalidDocumentError {
        let field = pointer.split(separator: "/").last { !$0.allSatisfy(\.isNumber) } ?? "document"
        return InvalidDocumentError(.notAnEvent, "\"\(field)\" \(demand), as \(gateway) sends it.", pointer: pointer)
    }
}
