internal import RelayCore
internal import RelayJSON

/// What the readers of all dialects have in common: whose events they make, how they take what must be there, and how
/// they say that it is not.
protocol FormatReader {
    /// The gateway's name, for people.
    var gateway: String { get }
    var session: String { get }
    var receivedAt: Timestamp { get }
}

extension FormatReader {
    func object(_ json: JSON?, at pointer: String) throws(FormatError) -> JSONObject {
        guard let object = json?.object else { throw wrong("must be an object", at: pointer) }
        return object
    }

    func text(
        _ object: JSONObject, _ field: String, _ meaning: String, at pointer: String
    ) throws(FormatError) -> String {
        guard let text = object.text(field) else { throw wrong("must be \(meaning)", at: "\(pointer)/\(field)") }
        return text
    }

    func address(
        _ object: JSONObject, _ field: String, _ meaning: String, at pointer: String
    ) throws(FormatError) -> JID {
        guard let address = object.address(field) else {
            throw wrong("must be \(meaning)", at: "\(pointer)/\(field)")
        }
        return address
    }

    func array(
        _ object: JSONObject, _ field: String, _ meaning: String, at pointer: String
    ) throws(FormatError) -> [JSON] {
        guard let array = object[field]?.array else { throw wrong("must be \(meaning)", at: "\(pointer)/\(field)") }
        return array
    }

    /// Reads every element; a lone object counts as an array of one.
    func each(
        _ data: JSON,
        at pointer: String,
        _ read: (JSONObject, String) throws(FormatError) -> [NewEvent]
    ) throws(FormatError) -> [NewEvent] {
        if let object = data.object { return try read(object, pointer) }
        guard let elements = data.array else { throw wrong("must be an array of objects", at: pointer) }
        var events: [NewEvent] = []
        for (index, element) in elements.enumerated() {
            events += try read(try object(element, at: "\(pointer)/\(index)"), "\(pointer)/\(index)")
        }
        return events
    }

    /// What the events of the session itself begin with.
    var sessionFacts: SessionFacts { SessionFacts(session: session, receivedAt: receivedAt) }

    /// - Parameter demand: what the value at `pointer` must be: `must be an object`.
    func wrong(_ demand: String, at pointer: String) -> FormatError {
        .wrong(demand, at: pointer, of: gateway)
    }

    /// - Parameter key: nil: nothing tells it from another of its kind, and posting it again makes another event.
    func event(
        _ type: EventType, chat: JID?, at moment: Timestamp? = nil, key: String? = nil, _ payload: JSONObject
    ) -> NewEvent {
        NewEvent(
            type: type,
            session: session,
            chat: chat?.description,
            dedupKey: key,
            occurredAt: moment,
            payload: payload
        )
    }
}

extension FormatError {
    /// That a value is not what the gateway sends.
    /// - Parameter demand: what it must be: `must be an object`.
    static func wrong(_ demand: String, at pointer: String, of gateway: String) -> FormatError {
        let field = pointer.split(separator: "/").last { !$0.allSatisfy(\.isNumber) } ?? "document"
        return FormatError(.notAnEvent, "\"\(field)\" \(demand), as \(gateway) sends it.", pointer: pointer)
    }
}
