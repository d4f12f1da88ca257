package import RelayConfig
package import RelayCore
internal import RelayJSON

/// `type: webhook`: the URL, the body, and additional headers. Timeout, ordering, retry and secrets are common to all
/// kinds.
package struct WebhookDestinationOptions: DestinationOptions {
    package static let kind = "webhook"
    package static let summary = "Posts each event to a URL: as JSON, or as a text made from it."
    package static let url = OptionField<String>.url("url", "The receiver's URL, http or https.")
    package static let headers = OptionField.headerTemplates(
        "headers",
        "Sent with each request, in addition to the relay's own. Values may have placeholders: {{payload.chatId}}."
    )
    package static let body = OptionField.template(
        "body",
        "A Mustache template, filled with the event and sent instead of its JSON; or original: documents as posted."
    ).optional
    package static let originalHeaders = OptionField<[String]>.stringList(
        "original_headers",
        "With body: original, names of the gateway's header fields that are sent along, such as X-Hub-Signature-256.",
        default: []
    )
    /// The value of `body` for documents as they were posted.
    package static let original = "original"
    package static let contentType = OptionField.string(
        "content_type",
        "The type of `body`; default text/plain; charset=utf-8. Values are escaped for JSON, HTML, XML and forms."
    ).optional
    package static let fields = [
        AnyOptionField(url), AnyOptionField(headers), AnyOptionField(body), AnyOptionField(contentType),
        AnyOptionField(originalHeaders),
    ]
    package static let takesBatches = true
    package static let example = "url: https://crm.example.com/hooks/whatsapp"

    package let url: String
    /// The content of its requests.
    package let request: WebhookRequestTemplate

    package static let configurationOnlyOptions = [originalHeaders.name]

    package var originalHeaders: [String] { request.originalHeaders ?? [] }

    package static func content(of options: OptionReader) -> DestinationDispatchSettings.Content {
        isOriginal(options) ? .originals : .events
    }

    private static func isOriginal(_ options: OptionReader) -> Bool {
        (options.valid(body) ?? nil)?.source == original
    }

    private static func hasPlaceholders(_ options: OptionReader) -> Bool {
        options.entries(of: headers).contains { $0.text?.contains("{{") ?? false }
    }

    package static func batchObstacle(of options: OptionReader) -> String? {
        if isOriginal(options) { return "\"body: original\" sends each document by itself" }
        if options.isSet(body) { return "\"body\" makes a text of a single event" }
        return hasPlaceholders(options) ? "a placeholder in \"headers\" makes a text of a single event" : nil
    }

    package init(_ options: OptionReader) throws {
        url = try options(Self.url)
        let headers = try options(Self.headers)
        guard let body = try options(Self.body) else {
            request = WebhookRequestTemplate(headers: headers)
            return
        }
        guard body.source != Self.original else {
            request = WebhookRequestTemplate(headers: headers, originalHeaders: try options(Self.originalHeaders))
            return
        }
        let contentType = try options(Self.contentType) ?? "text/plain; charset=utf-8"
        request = WebhookRequestTemplate(
            body: try body.escaping(TemplateTextEscaping(contentType: contentType)),
            contentType: contentType,
            headers: headers
        )
    }

    package static func conflicts(of options: OptionReader) -> [any Error] {
        if isOriginal(options) { return conflictsOfOriginal(options) }
        // What belongs to an invalid body is not known.
        guard let body = options.valid(body) else { return [] }
        var conflicts: [any Error] = []
        if let names = options.valid(originalHeaders), !names.isEmpty {
            conflicts.append(
                options.fail(
                    originalHeaders, "\"original_headers\" is for documents as they were posted",
                    help: "add body: original, or remove it"))
        }
        guard let type = options.valid(contentType) ?? nil else { return conflicts }
        if body == nil {
            conflicts.append(
                options.fail(
                    contentType, "\"content_type\" is for a body of your own",
                    help: "add body: a template, or remove it"))
        } else if !type.contains("/") || !HeaderFieldRules.isValid(value: type) {
            conflicts.append(
                options.fail(
                    contentType, "\"content_type\" is no media type", help: "write one such as application/json"))
        }
        return conflicts
    }

    /// `body: original`. The gateway's own `Content-Type` is sent, and no placeholder can be filled, because a document
    /// is no event.
    private static func conflictsOfOriginal(_ options: OptionReader) -> [any Error] {
        var conflicts: [any Error] = []
        if options.isSet(contentType) {
            conflicts.append(
                options.fail(
                    contentType,
                    "\"content_type\" is for a body of your own; an original is sent with the gateway's",
                    help: "remove it"))
        }
        if hasPlaceholders(options) {
            conflicts.append(
                options.fail(
                    headers, "a placeholder in \"headers\" is filled with an event, and an original is none",
                    help: "write fixed values"))
        }
        let own = Set(options.entries(of: headers).map { $0.key.lowercased() })
        for (index, name) in (options.valid(originalHeaders) ?? []).enumerated() {
            guard let problem = problem(ofOriginalHeader: name, besides: own) else { continue }
            conflicts.append(options.fail(originalHeaders, element: index, problem.message, help: problem.help))
        }
        return conflicts
    }

    private static func problem(ofOriginalHeader name: String, besides own: Set<String>)
        -> (message: String, help: String)?
    {
        if let problem = HeaderFieldRules.problem(name: name, reserved: HeaderFieldRules.reserved) { return problem }
        let folded = SensitiveMemberRules.folded(name)
        if folded.hasSuffix("cookie") || SensitiveMemberRules.isSecret(name, .string("")) {
            return (
                "the header \(name) is a credential of the gateway, which the relay does not keep",
                "name headers with signatures, such as X-Hub-Signature-256"
            )
        }
        guard own.contains(name.lowercased()) else { return nil }
        return ("the header \(name) stands in \"headers\", too", "keep one of them")
    }
}
