internal import RelayCore
internal import RelayJSON

/// A button of an interactive message: `cta_url`, `quick_reply`, `single_select`, `payment_info` … Its parameters are
/// JSON in a string.
struct NativeFlowButton {
    let name: String
    private let params: JSONObject
    /// The id that the message gives the button outside its parameters.
    private let id: String?

    /// - Parameter params: a string, or the object itself.
    init(name: String, params: JSON?, id: String?) {
        self.name = name
        self.params = Self.object(params) ?? JSONObject()
        self.id = id
    }

    /// The object in a string with JSON; nil when it is none.
    static func object(_ json: JSON?) -> JSONObject? {
        json?.object ?? json?.string.flatMap { try? JSON(parsing: Array($0.utf8)) }?.object
    }

    /// The choices that the button offers: several for a list.
    var choices: [JSONObject] {
        let rows = MenuOption.rows(params["sections"])
        guard rows.isEmpty else { return rows }
        let choice = MenuOption(
            id: params.text("id") ?? id,
            text: params.text("display_text") ?? params.text("flow_cta") ?? params.text("title"),
            url: params.text("url") ?? params.text("merchant_url"),
            phone: params.text("phone_number"),
            code: params.text("copy_code")
        )
        return [choice.object].compactMap { $0 }
    }

    /// What the button asks to pay; nil when it does not.
    var payment: JSONObject? {
        let names = ["payment_settings", "total_amount", "reference_id"]
        guard names.contains(where: { params[$0].map { $0 != .null } ?? false }) else { return nil }
        return PaymentFacts(nativeFlow: params).payment
    }
}
