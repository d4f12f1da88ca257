internal import RelayJSON

/// The part of Liquid that matters for outgoing messages: values with filters, `raw`, and `comment`.
///
/// The language's other tags, such as `if`, are recognized but not executed: they render as empty text.
enum ChatwootDoubleLiquidRenderer {
    /// - Returns: nil when Liquid finds an error in the text; Chatwoot then keeps the text unchanged.
    static func render(_ text: String, _ values: [String: String]) -> String? {
        var result = ""
        var rest = text[...]
        while let span = codeSpan(in: rest) {
            guard let part = renderPlain(rest[..<span.lowerBound], values) else { return nil }
            result += part
            result += rest[span]
            rest = rest[span.upperBound...]
        }
        guard let part = renderPlain(rest, values) else { return nil }
        return result + part
    }

    /// The range from a backtick to the next one, which Chatwoot wraps in `raw`.
    private static func codeSpan(in text: Substring) -> Range<String.Index>? {
        guard let start = text.firstIndex(of: "`"),
            let end = text[text.index(after: start)...].firstIndex(of: "`")
        else { return nil }
        return start..<text.index(after: end)
    }

    private static func renderPlain(_ text: Substring, _ values: [String: String]) -> String? {
        var result = ""
        var rest = text
        while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            rest = rest[brace...]
            if rest.hasPrefix("{{") {
                guard let end = rest.firstRange(of: "}}") else { return nil }
                result += value(of: rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound], values)
                rest = rest[end.upperBound...]
            } else if rest.hasPrefix("{%") {
                guard let end = rest.firstRange(of: "%}") else { return nil }
                let tag = words(rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]).first ?? ""
                rest = rest[end.upperBound...]
                guard tags.contains(tag) else { return nil }
                if tag == "raw" || tag == "comment" {
                    guard let close = closing("end\(tag)", in: rest) else { return nil }
                    if tag == "raw" { result += rest[..<close.lowerBound] }
                    rest = rest[close.upperBound...]
                }
            } else {
                result += "{"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private static let tags: Set<String> = [
        "raw", "comment", "assign", "capture", "if", "elsif", "else", "endif", "unless", "endunless", "case", "when",
        "endcase", "for", "endfor", "break", "continue", "cycle", "increment", "decrement", "endcapture", "tablerow",
        "endtablerow", "ifchanged", "endifchanged", "include", "render", "echo",
    ]

    private static func closing(_ tag: String, in text: Substring) -> Range<String.Index>? {
        var place = text
        while let start = place.firstRange(of: "{%"), let end = place[start.upperBound...].firstRange(of: "%}") {
            if words(place[start.upperBound..<end.lowerBound]) == [tag] { return start.lowerBound..<end.upperBound }
            place = place[end.upperBound...]
        }
        return nil
    }

    /// The text between the delimiters, without the dashes for trimming.
    private static func words(_ text: Substring) -> [String] {
        text.split { $0.isWhitespace || $0 == "-" }.map(String.init)
    }

    private static func value(of expression: Substring, _ values: [String: String]) -> String {
        let parts = expression.split(separator: "|")
        let name = String(parts.first ?? "").trimmed
        var result = literal(name) ?? values[name] ?? ""
        for filter in parts.dropFirst() {
            let halves = filter.split(separator: ":", maxSplits: 1)
            let argument = halves.count == 2 ? literal(String(halves[1]).trimmed) ?? "" : ""
            switch String(halves.first ?? "").trimmed {
            case "upcase": result = result.uppercased()
            case "downcase": result = result.lowercased()
            case "capitalize": result = result.capitalizedAsRuby
            case "strip": result = result.trimmed
            case "append": result += argument
            case "prepend": result = argument + result
            case "default": result = result.isEmpty ? argument : result
            default: break
            }
        }
        return result
    }

    private static func literal(_ text: String) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }
}

extension String {
    /// The first letter in upper case, all others in lower case.
    var capitalizedAsRuby: String { prefix(1).uppercased() + dropFirst().lowercased() }
}

extension ChatwootDoubleState {
    /// The values that templates can use (`app/drops`).
    func liquidValues(_ conversation: ChatwootDouble.Conversation, _ sender: ChatwootDouble.Sender?) -> [String: String]
    {
        var values: [String: String] = [:]
        func person(_ key: String, _ name: String) {
            let words = name.split { $0.isWhitespace }.map { String($0).capitalizedAsRuby }
            values["\(key).name"] = words.joined(separator: " ")
            values["\(key).first_name"] = words.first ?? ""
            values["\(key).last_name"] = words.count > 1 ? words.last ?? "" : ""
        }
        if let contact = contacts[conversation.contactID] {
            person("contact", contact.name)
            values["contact.id"] = String(contact.id)
            values["contact.email"] = contact.email ?? ""
            values["contact.phone_number"] = contact.phoneNumber ?? ""
            for (key, value) in contact.customAttributes {
                values["contact.custom_attribute.\(key)"] = ChatwootDoubleRequest.text(value) ?? ""
            }
        }
        if case .user(let id) = sender, let user = users[id] {
            person("agent", user.name)
            values["agent.available_name"] = user.name
            values["agent.id"] = String(id)
        }
        values["conversation.display_id"] = String(conversation.displayID)
        values["conversation.contact_name"] = values["contact.name"]
        for (key, value) in conversation.customAttributes {
            values["conversation.custom_attribute.\(key)"] = ChatwootDoubleRequest.text(value) ?? ""
        }
        if let inbox = inboxes[conversation.inboxID] {
            values["inbox.name"] = inbox.name
            values["inbox.id"] = String(inbox.id)
        }
        return values
    }
}
