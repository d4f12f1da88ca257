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

    package var content: DestinationDispatchSettings.Content { request.originalHeaders == nil ? .events : .originals }
    package var originalHeaders: [String] { request.originalHeaders ?? [] }

    package var batchObstacle: String? {
        if request.originalHeaders != nil { return "\"body: original\" sends each document by itself" }
        if request.body != nil { return "\"body\" makes a text of a single event" }
        return request.hasPlaceholders ? "a placeholder in \"headers\" makes a text of a single event" : nil
    }

    package init(_ options: OptionReader) throws {
        url = try options(Self.url)
        let headers = try options(Self.headers)
        let type = try options(Self.contentType)
        let originalHeaders = try options(Self.originalHeaders)
        let body = try options(Self.body)
        if body?.source == Self.original {
            request = try Self.original(options, headers: headers, originalHeaders: originalHeaders)
            return
        }
        guard originalHeaders.isEmpty else {
            throw options.fail(
                Self.originalHeaders, "\"original_headers\" is for documents as they were posted",
                help: "add body: original, or remove it")
        }
        guard let body else {
            if type != nil {
                throw options.fail(
                    Self.contentType,
                    "\"content_type\" is for a body of your own",
                    help: "add body: a template, or remove it"
                )
            }
            request = WebhookRequestTemplate(headers: headers)
            return
        }
        let contentType = type ?? "text/plain; charset=utf-8"
        guard contentType.contains("/"), HeaderFieldRules.isValid(value: contentType) else {
            throw options.fail(
                Self.contentType, "\"content_type\" is no media type", help: "write one such as application/json")
        }
        request = WebhookRequestTemplate(
            body: try body.escaping(TemplateTextEscaping(contentType: contentType)),
            contentType: contentType,
            headers: headers
        )
    }

    /// `body: original`. The gateway's own `Content-Type` is sent, and no placeholder can be filled, because a document
    /// is no event.
    private static func original(
        _ options: OptionReader,
        headers: [(name: String, value: WebhookRequestTemplate.HeaderValue)],
        originalHeaders: [String]
    ) throws -> WebhookRequestTemplate {
        if try options(contentType) != nil {
            throw options.fail(
                contentType, "\"content_type\" is for a body of your own; an original is sent with the gateway's",
                help: "remove it")
        }
        let request = WebhookRequestTemplate(headers: headers, originalHeaders: originalHeaders)
        if request.hasPlaceholders {
            throw options.fail(
                Self.headers, "a placeholder in \"headers\" is filled with an event, and an original is none",
                help: "write fixed values")
        }
        let own = Set(headers.map { $0.name.lowercased() })
        _ = try ValueIssuesCollection.collect(originalHeaders.enumerated()) { index, name in
            func fail(_ message: String, _ help: String) -> any Error {
                options.fail(Self.originalHeaders, element: index, message, help: help)
            }
            if let problem = HeaderFieldRules.problem(name: name, reserved: HeaderFieldRules.reserved) {
                throw fail(problem.message, problem.help)
            }
            let folded = SensitiveMemberRules.folded(name)
            if folded.hasSuffix("cookie") || SensitiveMemberRules.isSecret(name, .string("")) {
                throw fail(
                    "the header \(name) is a credential of the gateway, which the relay does not keep",
                    "name headers with signatures, such as X-Hub-Signature-256")
            }
            if own.contains(name.lowercased()) {
                throw fail("the header \(name) stands in \"headers\", too", "keep one of them")
            }
        }
        return request
    }
}
