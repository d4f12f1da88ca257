package import RelayConfig
internal import RelayCore

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
        "body", "A Mustache template that is filled with the event and sent instead of its JSON."
    ).optional
    package static let contentType = OptionField.string(
        "content_type",
        "The type of `body`; default text/plain; charset=utf-8. Values are escaped for JSON, HTML, XML and forms."
    ).optional
    package static let fields = [
        AnyOptionField(url), AnyOptionField(headers), AnyOptionField(body), AnyOptionField(contentType),
    ]
    package static let takesBatches = true
    package static let example = "url: https://crm.example.com/hooks/whatsapp"

    package let url: String
    package let content: WebhookRequestTemplate

    package var batchObstacle: String? {
        if content.body != nil { return "\"body\"" }
        return content.hasPlaceholders ? "a placeholder in \"headers\"" : nil
    }

    package init(_ options: OptionReader) throws {
        url = try options(Self.url)
        let headers = try options(Self.headers)
        let type = try options(Self.contentType)
        guard let body = try options(Self.body) else {
            if type != nil {
                throw options.fail(
                    Self.contentType,
                    "\"content_type\" is for a body of your own",
                    help: "add body: a template, or remove it"
                )
            }
            content = WebhookRequestTemplate(headers: headers)
            return
        }
        let contentType = type ?? "text/plain; charset=utf-8"
        guard contentType.contains("/"), HeaderFieldRules.isValid(value: contentType) else {
            throw options.fail(
                Self.contentType, "\"content_type\" is no media type", help: "write one such as application/json")
        }
        content = WebhookRequestTemplate(
            body: try body.escaping(TemplateTextEscaping(contentType: contentType)),
            contentType: contentType,
            headers: headers
        )
    }
}
