internal import RelayConfig

extension ConfigurationDocumentation {
    /// All entries of the configuration, one on each line, and how to list the events.
    package var list: String {
        let groups = ReferenceEntry.Group.allCases.filter { !$0.isDelivered }
        let width = (groups.flatMap(entries).map(\.name.count).max() ?? 0) + 2
        let lists = groups.map { group in
            let lines = entries(group).map { entry in
                "  " + TerminalTextLayout.pad(entry.name, width)
                    + TerminalTextLayout.wrap(entry.summary, indent: width + 2)
            }
            return ([group.title] + lines).joined(separator: "\n")
        }
        let help = """
            Ask further: zaphub explain media, zaphub explain media.wait, zaphub explain max_in_flight
            What receivers get: zaphub explain events, zaphub explain message.received
            """
        return (lists + [help]).joined(separator: "\n\n")
    }
}

extension ReferenceMatch {
    /// The result for a terminal, at most 92 characters wide.
    package var text: String {
        switch self {
        case .entry(let entry): entry.text
        case .option(let entry, let options):
            "\(entry.name).\(options.first?.path ?? ""): \(entry.group.memberNoun) of \(entry.name), \(entry.group.noun)\n\n"
                + options.map(\.text).joined(separator: "\n")
        }
    }
}

extension ReferenceEntry {
    fileprivate var text: String {
        var parts = ["\(name): \(group.noun)", "  " + TerminalTextLayout.wrap(summary, indent: 2)]
        if !notes.isEmpty {
            parts.append(notes.map { "  " + TerminalTextLayout.wrap($0, indent: 2) }.joined(separator: "\n"))
        }
        if let example { parts.append(TerminalTextLayout.indent(example, by: 4)) }
        if !fields.isEmpty { parts.append("Options\n" + options.map(\.text).joined(separator: "\n")) }
        parts += sections.map { "\($0.title)\n" + $0.options.map(\.text).joined(separator: "\n") }
        if group == .stage { parts.append("Beside the key: when, on_error, id, timeout (zaphub explain modifiers).") }
        return parts.joined(separator: "\n\n")
    }
}

extension OptionDocumentation {
    /// Three lines or more: the option's name, its description, and its permitted values.
    fileprivate var text: String {
        let presence: String? =
            switch self.presence {
            case .required: "required"
            case .optional: nil
            case .defaulted(let value): "default \(value)"
            case .stated(let clause): clause
            }
        let facts = [type, presence].compactMap { $0 }.joined(separator: "; ")
        return """
              \(path)
                  \(TerminalTextLayout.wrap(summary, indent: 6))
                  \(TerminalTextLayout.wrap(facts, indent: 6))
            """
    }
}
