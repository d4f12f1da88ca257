package import RelayConfig
internal import RelayCore

/// The documentation of all configuration options and of the events, generated from their declarations.
package struct ConfigurationDocumentation: Sendable {
    package let entries: [ReferenceEntry]
    let registry: ConfigurationKindRegistry

    package init(_ registry: ConfigurationKindRegistry) {
        self.registry = registry
        entries =
            Self.sections(registry) + Self.destinations(registry) + Self.pipeline(registry) + Self.stages(registry)
            + Self.tests(registry) + Self.sources(registry) + Self.events
    }

    /// The entries of a group, in the order of their declaration.
    package func entries(_ group: ReferenceEntry.Group) -> [ReferenceEntry] {
        entries.filter { $0.group == group }
    }

    private static func sections(_ registry: ConfigurationKindRegistry) -> [ReferenceEntry] {
        registry.configurationFields.compactMap { field in
            var entry = ReferenceEntry(group: .section, name: field.name, summary: field.summary)
            switch field.shape {
            case .options(let fields): entry.fields = fields
            case .map(.options(let fields), names: _): entry.fields = fields
            case .map(.kinds(let kinds, key: let key), names: _):
                entry.fields = registry.commonFields(keyedBy: key)
                let noun = key == "type" ? "kind" : key
                entry.notes = ["Each \(noun) adds options of its own: \(names(kinds.map(\.name)))."]
            default: return nil
            }
            if field.name == "retry_policies" { entry.notes = [registry.defaultRetryPolicy.note] }
            return entry
        }
    }

    private static func destinations(_ registry: ConfigurationKindRegistry) -> [ReferenceEntry] {
        registry.destinations.map { kind in
            let example = (["type: \(kind.kind)"] + kind.example.split(separator: "\n").map(String.init))
                .map { "    " + $0 }
            return ReferenceEntry(
                group: .destination,
                name: kind.kind,
                summary: kind.summary,
                notes: ["In addition to the options of all kinds: see destinations."],
                fields: kind.fields,
                example: (["destinations:", "  crm:"] + example).joined(separator: "\n")
            )
        }
    }

    private static func pipeline(_ registry: ConfigurationKindRegistry) -> [ReferenceEntry] {
        [
            ReferenceEntry(
                group: .pipeline,
                name: "pipeline",
                summary: "One file of pipelines/: what happens to the events of its sources.",
                notes: ["The file's name is the pipeline's name. An event runs through every pipeline that reads it."],
                fields: registry.pipelineFields
            ),
            ReferenceEntry(
                group: .pipeline,
                name: "modifiers",
                summary: "Options beside the key of every stage.",
                fields: registry.stageFields,
                example: "- filter: { drop: .payload.isGroup }\n  when: .event == \"message.received\""
            ),
        ]
    }

    private static func stages(_ registry: ConfigurationKindRegistry) -> [ReferenceEntry] {
        registry.stages.map { stage in
            var notes: [String] = []
            if let main = stage.mainField { notes.append("`\(stage.kind): …` without further options sets `\(main)`.") }
            if stage.defaultOnError != .deadLetter {
                notes.append(
                    "The default when it fails is `on_error: \(stage.defaultOnError.rawValue)`.")
            }
            return ReferenceEntry(
                group: .stage,
                name: stage.kind,
                summary: stage.summary,
                notes: notes,
                fields: stage.fields,
                example: "- " + stage.example.split(separator: "\n").joined(separator: "\n  ")
            )
        }
    }

    private static func tests(_ registry: ConfigurationKindRegistry) -> [ReferenceEntry] {
        guard !registry.testOptions.isEmpty else { return [] }
        return [
            ReferenceEntry(
                group: .test,
                name: "tests",
                summary: "One of the tests of a pipeline, which `zaphub test` runs.",
                notes: [
                    "Tests are written under `tests:` in a pipeline, or in a file `pipelines/NAME_test.yaml`.",
                    "A list of one needs no brackets; docs/testing.md explains their order.",
                ],
                fields: registry.testOptions,
                example: """
                    # pipelines/default_test.yaml
                    tests:
                      - name: a text reaches the session's webhook at the second attempt
                        input: ../examples/events/text.json
                        destinations: { session: [503, 200] }
                        expect: { delivered: [{ to: session, attempts: 2, signed: true }] }
                    """
            )
        ]
    }

    /// The entries for the transports, formats and authentication kinds of sources.
    private static func sources(_ registry: ConfigurationKindRegistry) -> [ReferenceEntry] {
        authenticationKinds(registry).map { kind in
            ReferenceEntry(group: .auth, name: kind.name, summary: kind.summary, fields: kind.fields)
        }
            + registry.transports.map {
                ReferenceEntry(group: .transport, name: $0.kind, summary: $0.summary, fields: $0.fields)
            }
            + registry.formats.map { ReferenceEntry(group: .format, name: $0.name, summary: $0.summary) }
    }

    /// The kinds of `auth` that transports take.
    private static func authenticationKinds(_ registry: ConfigurationKindRegistry) -> [OptionVariant] {
        registry.transports.lazy.flatMap { $0.fields }.compactMap { field -> [OptionVariant]? in
            guard field.name == "auth", case .kinds(let kinds, key: _) = field.shape else { return nil }
            return kinds
        }.first ?? []
    }

    private static func names(_ words: [String]) -> String { words.joined(separator: ", ") }
}

extension RetryPolicy {
    /// The note about the built-in policy and the defaults of its options.
    fileprivate var note: String {
        let limit = maxElapsedTime.map { "\($0.text)" } ?? "none"
        return """
            default is there always. Unless the file says otherwise: max_attempts \(maxAttempts), initial_interval \
            \(initialInterval.text), max_interval \(maxInterval.text), multiplier \(Int(multiplier)), jitter \
            \(jitter.rawValue), max_elapsed_time \(limit), retry_on every failure, respect_retry_after \
            \(respectRetryAfter).
            """
    }
}

extension Duration {
    /// The duration as the configuration writes it: `2s`.
    fileprivate var text: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        let unit = units.first { milliseconds % $0.1 == 0 && milliseconds > 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.1)\(unit.0)"
    }
}
