internal import RelayCore
internal import RelayJSON

/// One of the `changes` in a webhook.
struct CloudChange {
    let field: String?
    let value: JSONObject
    /// Where `value` is.
    let pointer: String
    let number: CloudBusinessNumber

    init(_ change: JSONObject, at pointer: String) throws(FormatError) {
        self.pointer = pointer + "/value"
        field = change.text("field")
        guard let value = change["value"]?.object else {
            throw FormatError.wrong("must be an object", at: self.pointer, of: CloudAPIFormat.gateway)
        }
        self.value = value
        number = CloudBusinessNumber(value["metadata"]?.object)
    }

    /// Whether there is anything in it that makes events, and a session is needed for.
    var isOfInterest: Bool {
        CloudReader.members.contains { member in
            let list = value[member] ?? .null
            return list != .null && list != []
        }
    }
}

/// The business's own phone number, as `metadata` names it.
struct CloudBusinessNumber {
    /// Meta's id of the number, which replies are sent with.
    let id: String?
    /// Its address, when `display_phone_number` is one.
    let address: JID?

    init(_ metadata: JSONObject?) {
        id = CloudAddress.text(metadata?["phone_number_id"])
        address = CloudAddress.phone(metadata?["display_phone_number"])
    }

    /// The address of somebody who may be the business itself: some webhooks name it by its id.
    func author(_ json: JSON?) -> JID? {
        if let id, CloudAddress.text(json) == id { return address }
        return CloudAddress.person(json)
    }

    func append(to extra: inout JSONObject) {
        extra.append("phoneNumberId", known: id)
        extra.append("displayPhoneNumber", known: address?.phone)
    }
}
