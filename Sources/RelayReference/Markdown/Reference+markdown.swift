internal import RelayConfig

extension Reference {
    /// A page of `docs/reference/`.
    package enum Page: String, Sendable, CaseIterable {
        case config, destinations, stages, tests
    }

    /// The page's text, with a line break at its end.
    package func markdown(_ page: Page) -> String {
        let parts =
            switch page {
            case .config: configPage
            case .destinations: destinationsPage
            case .stages: stagesPage
            case .tests: testsPage
            }
        let note = "<!-- Made by `make reference` from what the relay reads its files with; not written by hand. -->"
        return ([note] + parts).joined(separator: "\n\n") + "\n"
    }

    private var configPage: [String] {
        [
            "# config.yaml: every option",
            """
            What the options mean together is told in [configuration.md](../configuration.md). The same is there at the \
            command line: `zaphub explain WORD`.
            """,
        ]
            + entries(.section).map { $0.markdown(level: 2) }
            + ["## Kinds of auth", "`type:` in a source's `auth`."]
            + entries(.auth).map { $0.markdown(level: 3) }
            + ["## Transports", Self.table(of: entries(.transport))]
            + ["## Formats", Self.table(of: entries(.format))]
    }

    private var destinationsPage: [String] {
        ["# Destinations: every kind", "What all kinds have: [config.md](config.md#destinations)."]
            + entries(.destination).map { $0.markdown(level: 2) }
    }

    private var stagesPage: [String] {
        ["# Stages: every option", "In a pipeline's file, `pipelines/NAME.yaml`:"]
            + entries(.pipeline).map { $0.markdown(level: 2) }
            + entries(.stage).map { $0.markdown(level: 2) }
    }

    private var testsPage: [String] {
        [
            "# Tests: every option",
            """
            What `zaphub test` reads, in a pipeline's file or a file of tests. How tests are written is told in \
            [testing.md](../testing.md).
            """,
        ]
            + entries(.test).map { $0.markdown(level: 2) }
    }

    private static func table(of entries: [ReferenceEntry]) -> String {
        (["| | |", "|---|---|"] + entries.map { "| `\($0.name)` | \($0.summary.inCell) |" }).joined(separator: "\n")
    }
}

extension ReferenceMatch {
    /// The result as Markdown.
    package var markdown: String {
        switch self {
        case .entry(let entry): entry.markdown(level: 2)
        case .option(let entry, let options):
            "## \(entry.name).\(options.first?.path ?? "")\n\n" + ReferenceEntry.table(of: options)
        }
    }
}

extension ReferenceEntry {
    fileprivate func markdown(level: Int) -> String {
        var parts = [String(repeating: "#", count: level) + " " + name, summary]
        parts += notes
        if let example { parts.append("```yaml\n\(example)\n```") }
        if !fields.isEmpty { parts.append(Self.table(of: options)) }
        return parts.joined(separator: "\n\n")
    }

    fileprivate static func table(of options: [ReferenceOption]) -> String {
        let rows = options.map { option in
            let value = option.field.isRequired ? "required" : option.value.map { "`\($0)`" } ?? ""
            return "| `\(option.path)` | \(option.type.inCell) | \(value.inCell) | \(option.field.summary.inCell) |"
        }
        return (["| option | type | default | |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

extension String {
    /// The text escaped for a table cell.
    fileprivate var inCell: String {
        reduce(into: "") { $0 += $1 == "|" ? "\\|" : $1 == "<" ? "&lt;" : String($1) }
    }
}
