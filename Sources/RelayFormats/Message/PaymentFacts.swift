internal import RelayCore
internal import RelayJSON

/// What a message says about a payment: `content.payment`.
struct PaymentFacts {
    /// The way to pay, in WhatsApp's words: `pix_static_code`, `pix_dynamic_code`, `payment_link`, `boleto` …
    var method: String?
    /// The Pix key.
    var key: String?
    /// `CPF`, `CNPJ`, `PHONE`, `EMAIL` or `EVP`.
    var keyType: String?
    /// Who is paid.
    var merchant: String?
    /// The code to copy: Pix "copia e cola", or the digits of a boleto.
    var code: String?
    /// The page to pay on.
    var url: String?
    /// In units of the currency, exact; nil when the payer chooses it.
    var amount: JSON?
    var currency: String?
    /// The seller's own name for the order.
    var reference: String?
    /// The state of the order, in WhatsApp's words: `pending`, `completed` …
    var status: String?
    var note: String?
    var items: [JSON] = []

    init() {}

    /// The parameters of the buttons `payment_info`, `review_and_pay`, `order_status` and similar ones.
    init(nativeFlow params: JSONObject) {
        let order = params["order"]?.object
        for setting in (params["payment_settings"]?.array ?? []).compactMap(\.object) {
            guard let type = setting.text("type"), let details = setting[type]?.object, details["enabled"] != false
            else { continue }
            method = method ?? type
            key = key ?? details.text("key")
            keyType = keyType ?? details.text("key_type")
            merchant = merchant ?? details.text("merchant_name")
            code = code ?? details.text("code") ?? details.text("digitable_line")
            url = url ?? details.text("uri") ?? details.text("link")
        }
        amount = Self.amount(params["total_amount"]?.object)
        currency = params.text("currency")
        reference = params.text("reference_id")
        status = order?.text("status")
        note = params.text("additional_note") ?? order?.text("description")
        items = (order?["items"]?.array ?? []).compactMap(\.object).compactMap { item in
            guard let name = item.text("name") else { return nil }
            var entry = JSONObject()
            entry.append("name", .string(name))
            entry.append("quantity", orNull: GatewayNumberReader.integer(item["quantity"]))
            entry.append("amount", Self.amount(item["amount"]?.object) ?? .null)
            entry.append("retailerId", known: item.text("retailer_id"))
            return .object(entry)
        }
    }

    var payment: JSONObject {
        var payment = JSONObject()
        payment.append("key", orNull: key)
        payment.append("amount", amount ?? .null)
        payment.append("currency", orNull: currency)
        payment.append("reference", orNull: reference)
        payment.append("method", known: method)
        payment.append("keyType", known: keyType)
        payment.append("merchantName", known: merchant)
        payment.append("code", known: code)
        payment.append("url", known: url)
        payment.append("status", known: status)
        payment.append("note", known: note)
        if !items.isEmpty { payment.append("items", .array(items)) }
        return payment
    }

    /// An amount as `{value, offset}`: the value divided by the offset, a power of ten. Nil when it is zero, which
    /// stands for an amount that the payer chooses, and when it is none.
    static func amount(_ money: JSONObject?) -> JSON? {
        guard let money, let value = GatewayNumberReader.integer(money["value"]) else { return nil }
        return amount(value, dividedBy: money["offset"].map(GatewayNumberReader.integer) ?? 1)
    }

    /// The exact quotient; nil when it is not positive, or the divisor is no power of ten.
    static func amount(_ value: Int64?, dividedBy divisor: Int64?) -> JSON? {
        guard let value, value > 0, let divisor, divisor > 0 else { return nil }
        var (zeros, rest) = (0, divisor)
        while rest % 10 == 0 { (zeros, rest) = (zeros + 1, rest / 10) }
        guard rest == 1 else { return nil }
        let (whole, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder > 0 else { return .int(whole) }
        let digits = String(remainder)
        var fraction = String(repeating: "0", count: zeros - digits.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return .number("\(whole).\(fraction)")
    }
}

/// Messages of WhatsApp's own payments.
extension MessageContent {
    private static let paymentKinds = [
        "requestPaymentMessage": "request", "sendPaymentMessage": "sent", "declinePaymentRequestMessage": "declined",
        "cancelPaymentRequestMessage": "cancelled", "paymentInviteMessage": "invitation", "invoiceMessage": "invoice",
    ]

    /// Nil when the node is no payment.
    static func payment(_ name: String, _ node: JSONObject) -> MessageContent? {
        guard let kind = paymentKinds[name] else { return nil }
        let note = node["noteMessage"]?.object.map { MessageContent(quoted: UnwrappedMessage($0)) }
        var content: JSONObject = ["kind": .string(kind)]
        content.append("text", orNull: note?.summary ?? node.text("note"))
        let target = (node["key"] ?? node["requestMessageKey"])?.object?.text("id")
        content.append("targetMessageId", known: target)
        content.append("expiresAt", known: GatewayTimeReader.timestamp(node["expiryTimestamp"])?.seconds)
        var facts = PaymentFacts()
        facts.amount =
            PaymentFacts.amount(node["amount"]?.object)
            ?? PaymentFacts.amount(GatewayNumberReader.integer(node["amount1000"]), dividedBy: 1000)
        facts.currency = node["amount"]?.object?.text("currencyCode") ?? node.text("currencyCodeIso4217")
        facts.reference = node.text("token")
        content.append("payment", .object(facts.payment))
        return MessageContent(type: "payment", content: content)
    }
}
