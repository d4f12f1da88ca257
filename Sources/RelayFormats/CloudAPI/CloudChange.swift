internal import RelayCore
internal import RelayJSON

/// One element of `changes` in a webhook.
struct CloudChange {
    let field: String?
    let value: JSONObject
    /// The JSON pointer of `value`.
    let pointer: String
    let number: CloudBusinessNumber

    init(_ change: JSONObject, at pointer: String) throws(InvalidDocumentError) {
        self.pointer = pointer + "/value"
        field = change.text("field")
        guard let value = change["value"]?.object else {
            throw InvalidDocumentError.wrong("must be an object", at: self.pointer, of: CloudAPIFormat.gateway)
        }
        self.value = value
        number = CloudBusinessNumber(value["metadata"]?.object)
    }

    /// Whether `value` contains something that makes events, so that a session is required.
    var isOfInterest: Bool {
        CloudReader.members.contains { member in
            let list = value[member] ?? .null
            return list != .null && list != []
        }
    }
}

/// The business's own phone number, from `metadata`.
struct CloudBusinessNumber {
    /// Meta's id of the number, needed to send replies.
    let id: String?
    /// The number's JID; nil when `display_phone_number` is not a phone number.
    let jid: JID?

    init(_ metadata: JSONObject?) {
        id = CloudJIDConverter.text(metadata?["phone_number_id"])
        jid = CloudJIDConverter.phone(metadata?["display_phone_number"])
    }

    /// The JID of an author who may be the business itself: some webhooks name the business by its id.
    func author(_ json: JSON?) -> JID? {
        if let id, CloudJIDConverter.text(json) == id { return jid }
        return CloudJIDConverter.person(json)
    }

    func append(to extra: inout JSONObject) {
        extra.append("phoneNumberId", known: id)
        extra.append("displayPhoneNumber", known: jid?.phone)
    }
}
