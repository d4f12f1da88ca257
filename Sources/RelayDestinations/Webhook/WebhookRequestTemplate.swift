internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// The content of a webhook request: the body, its type, and additional headers.
package struct WebhookRequestTemplate: Sendable {
    /// A header's value, fixed or rendered from a template.
    package enum HeaderValue: Sendable {
        case text(String)
        case template(TextTemplate)
    }

    /// The maximum length of a rendered value in bytes; longer values are cut. Receivers usually accept about as much
    /// for all headers together.
    package static let longestHeader = 8192

    /// The template of the body; nil: the delivery's default body.
    package let body: TextTemplate?
    let contentType: String
    let headers: [(name: String, value: HeaderValue)]
    /// The gateway's header fields that are sent along with its documents; nil: events are sent, not documents.
    let originalHeaders: [String]?

    package init(
        body: TextTemplate? = nil,
        contentType: String = "application/json",
        headers: [(name: String, value: HeaderValue)] = [],
        originalHeaders: [String]? = nil
    ) {
        self.body = body
        self.contentType = contentType
        self.headers = headers
        self.originalHeaders = originalHeaders
    }

    /// Whether any header is rendered from the event.
    var hasPlaceholders: Bool {
        headers.contains { if case .template = $0.value { true } else { false } }
    }

    /// The body and the headers of a delivery. The result depends only on the bytes.
    func rendered(_ bytes: [UInt8]) -> (body: [UInt8], headers: [(name: String, value: String)]) {
        var document: JSON?
        func text(of template: TextTemplate) -> String {
            let json = document ?? (try? JSON(parsing: bytes)) ?? .null
            document = json
            return template.text(of: json)
        }
        let fields = headers.map { header in
            switch header.value {
            case .text(let text): (name: header.name, value: text)
            case .template(let template): (name: header.name, value: Self.headerValue(text(of: template)))
            }
        }
        return (body.map { Array(text(of: $0).utf8) } ?? bytes, fields)
    }

    /// Replaces line breaks by spaces: a line break in a contact's name must neither begin a header nor lose the
    /// message.
    static func headerValue(_ text: String) -> String {
        var value = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            let instead = isControl ? " " : scalar
            count += UTF8.width(instead)
            if count > longestHeader { break }
            value.append(instead)
        }
        return String(String(value).trimmingBlanks)
    }
}

extension String {
    fileprivate var trimmingBlanks: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension OptionField where Value == [(name: String, value: WebhookRequestTemplate.HeaderValue)] {
    /// A field for headers whose values may contain placeholders.
    static func headerTemplates(_ name: String, _ summary: String) -> OptionField {
        OptionField(
            name,
            summary,
            .headers { node, text in
                // A value is labelled with its header's name.
                let header = node.label.lowercased()
                guard !HeaderFieldRules.reserved.contains(header) else {
                    throw node.fail(
                        "\"\(node.label)\" is a header that the relay sets itself",
                        help: header == "content-type"
                            ? "it follows from body and content_type" : "remove it, or choose another name"
                    )
                }
                return text.contains("{{") ? .template(try TextTemplate(node, escaping: .none)) : .text(text)
            },
            default: []
        )
    }
}
