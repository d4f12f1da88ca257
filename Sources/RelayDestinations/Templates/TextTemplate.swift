internal import Mustache
package import RelayConfig
package import RelayJSON

/// A compiled Mustache template for a body or a header value: `{{payload.chatName}}: {{payload.text}}`.
///
/// It is rendered with the default body of the delivery. The same body gives the same text, so every attempt of a
/// delivery sends the same.
package struct TextTemplate: Sendable {
    /// The template as written.
    package let source: String
    private let template: MustacheTemplate

    /// What is wrong with a template: where, in Unicode scalars of its text, and what to write instead.
    package struct TemplateError: Error, Equatable {
        package let offset: Int
        package let message: String
        package let help: String
    }

    /// - Parameter escaping: what `{{name}}` does with a value; `{{{name}}}` puts it there as it is.
    package init(_ source: String, escaping: TemplateTextEscaping = .none) throws(TemplateError) {
        try Self.checkTags(source)
        self.source = source
        do {
            // A pragma on its own line is removed completely, so the following lines are unchanged.
            template = try MustacheTemplate(string: "{{% CONTENT_TYPE: \(escaping.registeredName) }}\n" + source)
        } catch {
            throw TemplateError(error, in: source)
        }
    }

    /// The same template for another kind of text.
    package func escaping(_ escaping: TemplateTextEscaping) throws(TemplateError) -> TextTemplate {
        try TextTemplate(source, escaping: escaping)
    }

    package func text(of document: JSON) -> String {
        template.render(document.forTemplates)
    }

    /// There is only one template at a time, so nothing can be taken from another; and what escapes is decided by the
    /// content type.
    private static func checkTags(_ source: String) throws(TemplateError) {
        var rest = source[...]
        while let start = rest.firstRange(of: "{{") {
            let tag = source[start.upperBound...].drop { $0 == " " }
            let message: String? =
                switch tag.first {
                case ">", "<", "$": "has a partial or a block, and there is no other template to take it from"
                case "=": "changes the delimiters, which stay {{ and }}"
                case "%": "has a pragma; how values are escaped follows from content_type"
                default: nil
                }
            if let message {
                let offset = source[..<start.lowerBound].unicodeScalars.count
                throw TemplateError(offset: offset, message: message, help: "remove the tag")
            }
            rest = source[start.upperBound...]
        }
    }
}

extension TextTemplate.TemplateError {
    fileprivate init(_ error: any Error, in source: String) {
        guard let error = error as? MustacheTemplate.ParserError else {
            self.init(offset: 0, message: "is no Mustache template: \(error)", help: Self.forms)
            return
        }
        // The first line is the pragma; columns count from 1, in characters.
        let lines = source.split(omittingEmptySubsequences: false) { $0.isNewline }
        let line = min(max(0, error.context.lineNumber - 2), lines.count - 1)
        let end = lines[line].index(
            lines[line].startIndex, offsetBy: max(0, error.context.columnNumber - 1), limitedBy: lines[line].endIndex)
        let (message, help) = Self.explain(error.error)
        self.init(
            offset: source[..<(end ?? lines[line].endIndex)].unicodeScalars.count, message: message, help: help)
    }

    private static let forms = "write {{payload.text}}, {{{raw}}}, {{#list}}…{{/list}} or {{^list}}…{{/list}}"

    private static func explain(_ error: any Error) -> (message: String, help: String) {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect:
            ("closes a section that is not the one open here", "write the {{/name}} of the last {{#name}}")
        case .expectedSectionEnd: ("has a section that is not closed", "add the {{/name}} of its {{#name}}")
        case .unfinishedName, nil: ("has a tag that is none, or one without its }}", forms)
        default: ("is no Mustache template here", forms)
        }
    }
}

extension OptionField where Value == TextTemplate {
    /// A field for a Mustache template, compiled when the configuration is loaded.
    package static func template(_ name: String, _ summary: String) -> OptionField {
        custom(name, summary, "a template such as '{{payload.chatName}}: {{payload.text}}'", shape: .text()) { node in
            try TextTemplate(node, escaping: .none)
        }
    }
}

extension TextTemplate {
    /// - Throws: the template's error, with its position in the configuration.
    init(_ node: ConfigNode, escaping: TemplateTextEscaping) throws {
        let text = try node.text
        do throws(TemplateError) {
            try self.init(text, escaping: escaping)
        } catch {
            throw node.fail(
                "\"\(node.label)\" \(error.message)", help: error.help, at: error.offset,
                code: .invalidTemplate)
        }
    }
}
