extension EventCatalogue {
    private static let kinds = EventFieldType.word(MediaKind.allCases.map(\.rawValue))
    private static let unknown = "it is not known"

    /// A file that the relay keeps.
    static let media: [EventField] = [
        .always("url", .text, "A link that needs no key and works until `expiresAt`."),
        .always("mimetype", .text, nullWhen: unknown, "The type, as the sender states it."),
        .always("fileName", .name, nullWhen: unknown, "The name, as the sender states it."),
        .always("size", .integer, "Bytes, as checked."),
        .always("sha256", .text, "The hash of the plain file, hexadecimal, as checked."),
        .always("kind", kinds, "What it is."),
        .sometimes("seconds", .integer, when: "it applies and is known", "The duration."),
        .sometimes("width", .integer, when: "it applies and is known", "Pixels."),
        .sometimes("height", .integer, when: "it applies and is known", "Pixels."),
        .sometimes("ptt", .boolean, when: "`kind` is `audio`", "Whether it is a voice note."),
        .always("expiresAt", .seconds, "When the link stops working."),
    ]

    private static let encrypted = "the file is on WhatsApp's servers"
    private static let orPlain = "it is not known, or the file is not encrypted, as in channels"

    /// The reference to a file that the relay does not have.
    static let rawMedia: [EventField] = [
        .always("mediaType", kinds, "What it is; decides the key derivation."),
        .sometimes(
            "scheme", .word(["cloud_media", "url", "stored"]), when: "the file is not on WhatsApp's servers",
            "How the file is read: by an id of Meta's Graph API, as a plain file at the gateway, or not at all because it was part of the event."
        ),
        .sometimes("id", .text, when: "`scheme` is `cloud_media`", "The id of Meta's Graph API."),
        .sometimes(
            "url", .text, when: "`scheme` is not `stored`", nullWhen: unknown,
            "The URL of the file; at a gateway it may be a path."),
        .sometimes(
            "directPath", .text, when: encrypted, nullWhen: unknown, "The path below `https://mmg.whatsapp.net`."),
        .sometimes(
            "mediaKey", .base64, when: encrypted, nullWhen: orPlain, "The 32 bytes from which the keys are derived."),
        .sometimes("fileEncSha256", .base64, when: encrypted, nullWhen: orPlain, "The hash of the encrypted file."),
        .sometimes(
            "fileSha256", .base64, when: "the file is on WhatsApp's servers, or at Meta", nullWhen: unknown,
            "The hash of the plain file."),
        .sometimes(
            "fileLength", .integer, when: "the file is on WhatsApp's servers, or at the gateway", nullWhen: unknown,
            "Bytes of the plain file, as the sender states."),
        .sometimes("encFileLength", .integer, when: encrypted, nullWhen: orPlain, "Bytes to download."),
        .always("mimetype", .text, nullWhen: unknown, "The type, as the sender states it."),
        .sometimes("fileName", .name, when: "it is known", "The name, as the sender states it."),
        .sometimes("seconds", .integer, when: "it applies and is known", "The duration."),
        .sometimes("mediaKeyTimestamp", .seconds, when: "it is known", "When the key was made."),
        .sometimes("expiresAt", .seconds, when: "the URL tells it", "When the URL expires."),
        .sometimes("gatewayUrl", .text, when: "the gateway has a plain copy", "The gateway's copy of WhatsApp's file."),
        .sometimes(
            "storedId", .text, when: "the file was part of the event", "The id of the file in the relay's own storage."),
        .sometimes(
            "error", .object(mediaError), when: "the relay could not fetch the file, or the gateway reports a failure",
            "Why the relay does not have it."),
        .sometimes(
            "pending", .boolean, when: "it is true", "Whether the file may still be announced by `message.updated`."),
        .sometimes("tooLarge", .boolean, when: "it is true", "Whether the file is larger than `max_size`."),
    ]

    private static let mediaError: [EventField] = [
        .always(
            "reason", .word(MediaError.Code.allCases.map(\.rawValue), isOpen: true),
            "The reason, as docs/media.md explains it."),
        .always("message", .text, "What happened, for people."),
    ]
}
