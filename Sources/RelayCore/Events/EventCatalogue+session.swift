extension EventCatalogue {
    static let sessionEvents: [EventDescription] = [
        EventDescription(
            .sessionQRUpdated, "There is a new code to pair the session with a phone.",
            forms: [
                EventForm(own: [
                    .always(
                        "qr_code", .text, nullWhen: "the gateway reports only that there is a code",
                        "The QR code: a picture as base64, or its text; see `format`."),
                    .always("generated_at", .time, "When the code was made."),
                    .sometimes(
                        "format", .word(["image", "text"]), when: "there is a `qr_code`", "What `qr_code` is."),
                    .sometimes(
                        "code", .text, when: "`format` is `image` and the gateway sends both",
                        "The text of the QR code."),
                    .sometimes(
                        "pairing_code", .text, when: "the gateway sends one", "The letters to type instead of scanning."
                    ),
                ])
            ]
        ),
        EventDescription(
            .sessionConnected, "The session is connected to WhatsApp.",
            forms: [
                EventForm(own: [
                    .always("connected_at", .time, "When it connected."),
                    .always(
                        "phone_number", .text, nullWhen: "the gateway does not report it",
                        "The account's number in digits."),
                    .sometimes(
                        "error", .openWord("wrong_phone_number"), when: "the gateway reports one",
                        "Why the connection is not the expected one."),
                ])
            ]
        ),
        EventDescription(
            .sessionDisconnected, "The session is no longer connected to WhatsApp.",
            forms: [
                EventForm(own: [
                    .always(
                        "reason",
                        .openWord(
                            "logged_out", "account_blocked", "forbidden", "account_banned", "connection_lost",
                            "multidevice_mismatch", "connection_closed", "replaced", "bad_session", "unavailable",
                            "restart_required", "qr_timeout", "refused", "temporary_ban", "connect_failure", "stopped",
                            "failed", "unknown"),
                        "The reason: a word, or the gateway's own text."),
                    .always("disconnected_at", .time, "When it was disconnected."),
                    .always("code", .integer, nullWhen: "the gateway does not report it", "WhatsApp's close code."),
                    .always(
                        "recoverable", .boolean, "Whether the gateway can connect again without pairing."),
                ])
            ]
        ),
    ]
}
