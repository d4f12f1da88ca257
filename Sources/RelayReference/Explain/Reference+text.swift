internal import RelayConfig

extension Reference {
    /// What there is, one line each.
    public var list: String {
        let width = (entries.map(\.name.count).max() ?? 0) + 2
        let groups = Entry.Group.allCases.map { group in
            let lines = entries(group).map { entry in
                "  " + PlainText.pad(entry.name, width)
                    + PlainText.wrap(entry.summary, indent: width + 2)
            }
            return ([group.title] + lines).joined(separator: "\n")
        }
        let help = "Ask further: zaphub explain media, zaphub explain media.wait, zaphub explain max_in_flight"
        return (groups + [help]).joined(separator: "\n\n")
    }
}

extension Finding {
    /// The answer as people read it in a terminal, at most 92 characters wide.
    public var text: String {
        switch self {
        case .entry(let entry): entry.text
        case .option(let entry, let options):
            "\(entry.name).\(options.first?.path ?? ""): an option of \(entry.name), \(entry.group.noun)\n\n"
                + options.map(\.text).joined(separator: "\n")
        }
    }
}

extension Entry {
    fileprivate var text: String {
        var parts = ["\(name): \(group.noun)", "  " + PlainText.wrap(summary, indent: 2)]
        if !notes.isEmpty { parts.append(notes.map { "  " + PlainText.wrap($0, indent: 2) }.joined(separator: "\n")) }
        if let example { parts.append(PlainText.indent(example, by: 4)) }
        if !fields.isEmpty { parts.append("Options\n" + options.map(\.text).joined(separator: "\n")) }
        if group == .stage { parts.append("Beside the key: when, on_error, id, timeout (zaphub explain modifiers).") }
        return parts.joined(separator: "\n\n")
    }
}

extension OptionEntry {
    /// Three lines: its name, what it does, and what to write.
    fileprivate var text: String {
        let value = field.isRequired ? "required" : self.value.map { "default \($0)" }
        let facts = [type, value].compactMap { $0 }.joined(separator: "; ")
        return """
              \(path)
                  \(PlainText.wrap(field.summary, indent: 6))
                  \(PlainText.wrap(facts, indent: 6))
            """
    }
}
