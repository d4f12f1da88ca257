extension EventCatalogue {
    /// The person, as Meta names them.
    static let metaPerson: [EventField] = [
        .sometimes("userId", .text, when: "Meta sends it", "The business-scoped id of the other person."),
        .sometimes("parentUserId", .text, when: "Meta sends it", "The person's id across the businesses of one owner."),
        .sometimes("username", .name, when: "the person has one", "The person's username in WhatsApp."),
    ]

    /// The business's number, which Meta adds to every event.
    static let metaNumber: [EventField] = [
        .sometimes("phoneNumberId", .text, when: "the gateway is Meta", "Meta's id of the business's number."),
        .sometimes("displayPhoneNumber", .text, when: "the gateway is Meta", "The business's number in digits."),
    ]

    private static let metaErrors: [EventField] = [
        .sometimes("errors", .list(.anyObject), when: "Meta reports errors", "The errors, as Meta writes them.")
    ]
    private static let metaTracker = EventField.sometimes(
        "biz_opaque_callback_data", .text, when: "the sender set it", "The text that the sender attached.")

    static let meta = EventFieldGroup(
        name: "meta", title: "Meta's Cloud API", fields: metaPerson + metaNumber + metaErrors)

    static let metaReceipt = EventFieldGroup(
        name: "meta_receipt", title: "Receipts of Meta's Cloud API",
        fields: [
            .sometimes("conversation", .anyObject, when: "Meta sends it", "The conversation, as Meta writes it."),
            .sometimes("pricing", .anyObject, when: "Meta sends it", "The price, as Meta writes it."),
            metaTracker,
        ]
    )

    static let metaCall: [EventField] =
        [
            .sometimes("fromMe", .boolean, when: "the gateway is Meta", "Whether the business calls."),
            .sometimes(
                "direction", .word(["business_initiated", "user_initiated"]), when: "the gateway is Meta", "Who calls."),
            .sometimes("contactName", .name, when: "Meta sends it", "The name that the other person chose."),
            .sometimes("outcome", .openWord("completed", "failed"), when: "the call has ended", "How the call ended."),
            .sometimes("seconds", .integer, when: "the call has ended", "The duration."),
            .sometimes("startedAt", .seconds, when: "the call has ended", "When it was accepted."),
            .sometimes("endedAt", .seconds, when: "the call has ended", "When it ended."),
            .sometimes("sdp", .text, when: "Meta sends it", "The session description (RFC 8866) for WebRTC."),
            .sometimes("sdpType", .word(["offer", "answer"]), when: "there is `sdp`", "What the description is."),
            metaTracker,
        ]
}
