internal import RelayCore
internal import RelayJSON

/// Turns one change of a webhook into events of the relay.
struct CloudReader: FormatReader {
    let gateway = CloudAPIFormat.gateway
    let session: String
    let receivedAt: Timestamp
    let number: CloudBusinessNumber
    let contacts: CloudContacts
    let change: CloudChange
    let batch: BatchDocumentReader

    /// The members of a value that make events.
    static let members = [
        "messages", "message_echoes", "statuses", "calls", "history", "state_sync", "groups",
    ]

    init(_ change: CloudChange, session: String, receivedAt: Timestamp, batch: BatchDocumentReader) {
        self.change = change
        self.batch = batch
        self.session = session
        self.receivedAt = receivedAt
        number = change.number
        contacts = CloudContacts(change.value["contacts"])
    }

    func read(into findings: inout CloudReadResult) {
        for (member, list) in change.value where list != .null {
            let pointer = "\(change.pointer)/\(member)"
            switch member {
            case "messages":
                let isOnlyOne = hasOneSender(list)
                findings.collect(list, at: pointer) {
                    (message, pointer) throws(InvalidDocumentError) -> [ParsedEvent] in
                    try received(message, isOnlyOne: isOnlyOne, at: pointer)
                }
            case "message_echoes": findings.collect(list, at: pointer, echo)
            case "statuses": findings.collect(list, at: pointer, status)
            case "calls": findings.collect(list, at: pointer, call)
            case "history": history(list, at: pointer, into: &findings)
            case "state_sync": findings.collect(list, at: pointer, savedContact)
            case "groups": findings.collect(list, at: pointer, group)
            default: break
            }
        }
    }

    /// Media of older messages arrive as messages in a change with this field.
    var isHistory: Bool { change.field == "history" }

    func id(of object: JSONObject, at pointer: String) throws(InvalidDocumentError) -> String {
        try text(object, "id", "an id, a text", at: pointer)
    }

    /// Payload fields that only this format has, about a person and the business's number.
    func extra(_ person: CloudPersonIdentity?) -> JSONObject {
        var extra = JSONObject()
        person?.append(to: &extra)
        number.append(to: &extra)
        return extra
    }

    private func hasOneSender(_ messages: JSON) -> Bool {
        let senders = (messages.array ?? []).compactMap(\.object).map {
            CloudPersonReference($0, "from", prefix: "from_")
        }
        return Set(senders).count == 1
    }
}
