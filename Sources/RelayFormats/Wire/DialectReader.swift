internal import RelayCore
internal import RelayJSON

/// What the readers of several dialects have in common: where an event belongs, and how they say what they miss.
protocol DialectReader {
    /// The gateway's name, for people.
    static var gateway: String { get }
    var session: String { get }
    var receivedAt: Timestamp { get }
}

extension DialectReader {
    func object(_ json: JSON?, at pointer: String) throws(FormatError) -> JSONObject {
        guard let object = json?.object else { throw wrong("must be an object", at: pointer) }
        return object
    }

    func text(_ object: JSONObject, _ field: String, _ meaning: String, at pointer: String) throws(FormatError)
        -> String
    {
        guard let text = object.text(field) else { throw wrong("must be \(meaning)", at: "\(pointer)/\(field)") }
        return text
    }

    func array(_ object: JSONObject, _ field: String, _ meaning: String, at pointer: String) throws(FormatError)
        -> [JSON]
    {
        guard let array = object[field]?.array else { throw wrong("must be \(meaning)", at: "\(pointer)/\(field)") }
        return array
    }

    func wrong(_ demand: String, at pointer: String) -> FormatError {
        let field = pointer.split(separator: "/").last { !$0.allSatisfy(\.isNumber) } ?? "payload"
        return FormatError(.notAnEvent, "\"\(field)\" \(demand), as \(Self.gateway) sends it.", pointer: pointer)
    }

    /// - Parameter key: nil: nothing tells it from another of its kind, and posting it again makes another event.
    func event(_ type: EventType, chat: JID?, at moment: Timestamp?, key: String?, _ payload: JSONObject) -> NewEvent {
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
