import Foundation
import RelayConfig
import Testing

/// Every text of a diagnostic occurs verbatim in a case of `Golden/`. A text that occurs in none belongs to a branch
/// whose output has not been reviewed.
@Suite struct DiagnosticTextTests {
    /// The sources that contain texts of diagnostics.
    private static let sources = [
        "RelayConfig", "RelayStages", "RelayTestRunner/Definition", "Relay/LoadedConfiguration.swift",
        "RelayDestinations/Webhook/WebhookDestinationOptions.swift",
        "RelayDestinations/WhatsApp/WhatsAppDestinationOptions.swift",
        "RelayChatwoot/Options", "RelayDestinations/ChatwootWhatsApp/ChatwootCloudInboxDestinationOptions.swift",
        "RelayDestinations/File/FileDestinationOptions.swift",
        "RelayDestinations/Stdout/StdoutDestinationOptions.swift",
        "RelayDestinations/Templates/TextTemplate.swift", "RelayHTTPClient/EgressGuard+check.swift",
        "RelayHTTPClient/EgressGuard+Entry.swift",
    ]

    /// Texts in these sources that are not part of a diagnostic, by where they are used.
    private static let elsewhere: [(location: String, texts: [String])] = [
        (
            "the last line of `zaphub check`, which cases have as well",
            [" source(s)", " pipeline(s)", " destination(s)", " test(s)", " block(s)", " warning(s)", " is good: "]
        ),
        ("the frame around a diagnostic", [" error,  warning", " (at )", " help: ", "egress.allow \"\": "]),
        ("a document made by the check itself", ["{ transport: , format:  }"]),
        ("a search in the text of an expression", ["def "]),
        ("a starter configuration", ["filter: { keep: { history: false, max_age: 10m } }"]),
        (
            "an option's type or summary, told by `zaphub explain`: its values are read by a type of its own",
            [
                "a list of event types such as message.received or message.*",
                "dead_letter, continue, drop, { stages: […] } or (for media) raw_media", "a map with a type: ",
                "json: one object per line; pretty: text; auto: pretty on a terminal, otherwise json.",
                "per_chat: one at a time for each chat, in order; none: later messages may overtake a retry.",
                "`standard_webhooks` (webhook-id, webhook-timestamp, webhook-signature) or `hmac` (one header).",
                "destination: the lists are in order for each destination; any: the order does not matter.",
                "a session's name", "a moment such as 2025-11-13T22:15:00-03:00", "maps of options",
                "text, or a regular expression such as /^sha256=/", "the answer's body",
                "what the gateway knows, a status such as 404, or timeout", "found, a reason such as gone, or a map",
                "a status such as 503, or timeout", "a map of destinations to answers", "the whole body",
                "a part of the body", "a map with equals, contains, jq or pattern",
                "a template such as '{{payload.chatName}}: {{payload.text}}'", "a list of sessions",
                "on, off, or a map with allow", "always, never, or a duration such as 24h",
                "an offset such as -03:00", "a JID such as ", "a group's id", "a number such as +5511999999999",
                "attach: files are uploaded; link: messages have a link to the relay's copy; off: they only name the file.",
                "fill: a name that is only a number is replaced; follow: WhatsApp's name is always used; never: set once.",
            ]
        ),
        (
            "the trace of an event, or a stage's error",
            [
                "dropped by the pipeline", "the session has no enabled webhook", "the file did not come within ",
                "filter: keep is not true", "filter: drop is true", "filter: keep.", "it needs one object",
                "put them into one object, or use events:",
                "an event is { payload: {…} }, and { event: \"order.created\", payload: {…} } with another type",
                " between them, such as order.created, at most 64 letters.", "a string", "an array", "an object",
            ]
        ),
        (
            "a webhook over REST: the API shows it as JSON",
            [
                "the options of a webhook take more than ", "a webhook",
                "body: original is for destinations of the configuration, because a document may be of several sessions",
                "write one under destinations: in config.yaml",
            ]
        ),
        ("no text but a value", ["text/plain; charset=utf-8", "standard output"]),
        (
            "nothing: libYAML and Yams tell these, and the reader takes them up in words of its own",
            [
                "found unexpected end of stream", "did not find expected '-' indicator",
                "not valid YAML: an alias without its anchor",
            ]
        ),
        (
            "nothing: what comes before keeps others out, and the type checker does not know",
            [
                "the path of a file",
                "is empty; write a host, an IP address or a network", "is no Mustache template: ",
                "is no Mustache template here",
            ]
        ),
    ]

    @Test func everyTextOfTheSourcesHasACase() throws {
        let said = Set(
            try GoldenCase.all.flatMap { golden in
                try golden.report().diagnostics.flatMap { [$0.message, $0.help ?? ""] }
            })
        let texts = try Self.sources.flatMap { try SourceText.all(in: $0) }
        let excused = Set(Self.elsewhere.flatMap(\.texts))
        let missing = texts.filter { text in
            !excused.contains(text.parts.joined()) && !said.contains { text.isSaid(in: $0) }
        }
        #expect(texts.count > 200)
        let gone = excused.subtracting(texts.map { $0.parts.joined() })
        #expect(gone.isEmpty, "no source has these any more")
        #expect(missing.isEmpty, "\(missing.map(\.description).joined(separator: "\n"))")
    }
}
