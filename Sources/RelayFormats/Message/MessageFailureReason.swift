internal import RelayJSON

/// Why a message could not be sent.
struct MessageFailureReason {
    /// For people; nil when the gateway gives no reason.
    let text: String?
    /// The error's code, as text; nil when there is none.
    let code: String?

    init(text: String?, code: String?) {
        self.text = text
        self.code = code
    }

    /// The parameters of the stub that Baileys leaves for a message that failed: a code, texts, or both
    /// (`["463", "Your account has been restricted"]`). The code stands for a missing text.
    init(stubParameters json: JSON?) {
        let texts = (json?.array ?? []).compactMap { $0.string ?? $0.int.map(String.init) }.filter { !$0.isEmpty }
        code = texts.first(where: Self.isCode)
        text = texts.first { !Self.isCode($0) } ?? code
    }

    /// An error as gateways write it: a text, a code, or an object with `code` and `message`.
    init(_ json: JSON?) {
        guard let object = json?.object else {
            self.init(stubParameters: json.map { .array([$0]) })
            return
        }
        let words = ["message", "text", "reason", "title"].lazy.compactMap { object.text($0) }.first
        let number = object["code"] ?? object["statusCode"] ?? .null
        let code = number.string ?? number.int.map(String.init)
        self.init(text: words ?? object.text("error") ?? code, code: code)
    }

    /// The first one that gives a reason.
    static func first(_ reasons: MessageFailureReason...) -> MessageFailureReason {
        reasons.first { $0.text != nil } ?? MessageFailureReason(text: nil, code: nil)
    }

    private static func isCode(_ text: String) -> Bool { text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
