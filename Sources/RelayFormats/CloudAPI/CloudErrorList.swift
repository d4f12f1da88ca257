internal import RelayJSON

/// The `errors` array of a message, status or call.
struct CloudErrorList {
    /// The errors as Meta wrote them.
    let list: [JSON]

    init(_ json: JSON?) {
        list = (json?.array ?? []).filter { $0.object != nil }
    }

    /// The first error as text, with its code and meaning; nil when there is none.
    var text: String? {
        guard let error = list.first?.object else { return nil }
        let details = error["error_data"]?.object?.text("details") ?? error.text("details")
        let parts = [
            GatewayNumberReader.integer(error["code"]).map { "\($0)" },
            error.text("title") ?? error.text("message") ?? details,
        ]
        let known = parts.compactMap { $0 }
        return known.isEmpty ? nil : known.joined(separator: " ")
    }

    /// The first error as the reason of a failure.
    var reason: MessageFailureReason {
        MessageFailureReason(
            text: text, code: (list.first?["code"]).flatMap { GatewayNumberReader.integer($0) }.map(String.init))
    }

    func append(to extra: inout JSONObject) {
        if !list.isEmpty { extra.append("errors", .array(list.map { MessageNodeRedaction.scrub($0) })) }
    }
}
