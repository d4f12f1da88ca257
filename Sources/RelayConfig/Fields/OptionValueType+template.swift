internal import RelayCore
internal import RelayJSON

extension OptionValueType where Value == PlaceholderTemplate {
    /// A URL template with placeholders in its path or query. Placeholders in the host are rejected, so that a value
    /// cannot change the host.
    package static func urlTemplate(_ known: [String]) -> OptionValueType {
        let name = "a URL such as http://gateway:3000/api/{{ session }}/…"
        return OptionValueType(
            name,
            .text(pattern: URLValidation.pattern),
            show: { .string(URLValidation.shown($0.sample("…"))) },
            showNode: { .string(URLValidation.shown(try $0.text)) },
            parse: { node in
                let text = try node.text(expected: name)
                node.hideQuery()
                let read = try PlaceholderTemplate.read(text, of: node, known: known)
                let ascii = (try? ASCIIURL.ofTemplate(text)) ?? text
                let template = ascii == text ? read : try PlaceholderTemplate.read(ascii, of: node, known: known)
                let sample = template.sample("x")
                if let problem = URLValidation.problem(read.sample("x")) {
                    if sample.contains("@") { node.hide() }
                    throw node.issues(
                        "\"\(node.label)\" \(problem.message)", help: problem.help, code: .invalidAddress)
                }
                guard template.isConfined else {
                    throw node.issues(
                        "\"\(node.label)\" has a placeholder before its path",
                        help: "write the scheme, the host and the port out; placeholders may stand after them",
                        code: .invalidTemplate
                    )
                }
                node.warnOfFragment(in: read.sample("x"))
                if let refusal = node.origin.urlCheck?(sample) {
                    throw node.issues("\"\(node.label)\": \(refusal)", code: .refusedAddress)
                }
                return template
            }
        )
    }

    /// A JSON document with placeholders inside its strings.
    package static func jsonTemplate(_ known: [String]) -> OptionValueType {
        let name = "a JSON text such as '{\"number\": \"{{ chat.id }}\"}'"
        return OptionValueType(
            name,
            show: { .string($0.sample("…")) },
            showNode: { $0.json },
            parse: { node in
                let template = try PlaceholderTemplate.read(try node.text(expected: name), of: node, known: known)
                // A letter outside a string is not valid JSON.
                guard (try? JSON(parsing: template.sample("x"))) != nil else {
                    throw node.issues(
                        "\"\(node.label)\" is no JSON", help: "write \(name); placeholders stand between quotes",
                        code: .invalidTemplate
                    )
                }
                return template
            }
        )
    }
}

extension OptionField where Value == PlaceholderTemplate {
    /// A URL template with placeholders in its path or query.
    package static func urlTemplate(_ name: String, _ summary: String, known: [String]) -> OptionField {
        OptionField(name, summary, .urlTemplate(known))
    }

    /// A JSON document with placeholders inside its strings.
    package static func jsonTemplate(_ name: String, _ summary: String, known: [String]) -> OptionField {
        OptionField(name, summary, .jsonTemplate(known))
    }
}

extension PlaceholderTemplate {
    fileprivate static func read(_ text: String, of node: ConfigNode, known: [String]) throws -> PlaceholderTemplate {
        do throws(TemplateError) {
            return try PlaceholderTemplate(text, known: known)
        } catch {
            throw node.fail(
                "\"\(node.label)\" \(error.message)", help: error.help, at: error.offset, code: .invalidTemplate)
        }
    }

    /// Whether scheme, host and port are literal, so that a value cannot choose the server of the request.
    fileprivate var isConfined: Bool {
        guard case .text(let start) = parts.first, let separator = start.firstRange(of: "://") else { return false }
        return parts.count == 1 || start[separator.upperBound...].contains { "/?#".contains($0) }
    }
}
