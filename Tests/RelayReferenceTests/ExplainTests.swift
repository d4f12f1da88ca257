import RelayConfig
import RelayCore
import RelayReference
import Testing

struct ExplainTests {
    private func explain(_ word: String) throws -> String {
        try ConfigurationDocumentation.everything.find(word).map(\.text).joined(separator: "\n\n")
    }

    @Test func anOptionIsExplainedWithItsTypeAndItsDefault() throws {
        #expect(
            try explain("media.wait") == """
                media.wait: an option of media, a stage

                  wait
                      How long a message waits for its file.
                      a duration such as 500ms, 10s or 24h, from 0s to 10m; default 20s
                """
        )
    }

    @Test func aStageIsExplainedWithAnExample() throws {
        #expect(
            try explain("deliver") == """
                deliver: a stage

                  Queues the event for destinations; `session` means the session's own webhooks.

                  `deliver: …` without further options sets `to`.

                    - deliver: [session]

                Options
                  to
                      Names of destinations, or `session`.
                      a list of text; required

                Beside the key: when, on_error, id, timeout (zaphub explain modifiers).
                """
        )
    }

    @Test func aWordThatIsSeveralThingsIsExplainedAsEach() throws {
        #expect(try ConfigurationDocumentation.everything.find("media").map(\.entry.group) == [.section, .stage])
        #expect(try ConfigurationDocumentation.everything.find("media.wait").map(\.entry.group) == [.stage])
    }

    @Test func optionsInsideOfOptionsAreFoundByTheirPath() throws {
        #expect(try explain("delivery.breaker.failures").contains("a whole number from 1 to 1000; default 5"))
        let breaker = try explain("delivery.breaker")
        for option in ["failures", "probe_interval", "max_probe_interval"] {
            #expect(breaker.contains("  breaker.\(option)\n"))
        }
    }

    @Test func criteriaAreListedWhereverTheyAre() throws {
        for (word, prefix) in [("filter", "keep"), ("filter.keep", "keep"), ("webhook.criteria", "criteria")] {
            let text = try explain(word)
            for criterion in ["chats", "from_me", "types", "history", "max_age"] {
                #expect(text.contains("  \(prefix).\(criterion)\n"), "\(word): \(text)")
            }
        }
        #expect(try explain("filter.keep.max_age").contains("The greatest age of a message when it arrives"))
    }

    /// The options of all kinds are found with each kind, too.
    @Test func commonOptionsAreFoundWithEachKind() throws {
        #expect(try explain("webhook.retry").hasPrefix("destinations.retry: an option of destinations"))
        #expect(try explain("webhook.url").hasPrefix("webhook.url: "))
    }

    @Test func anOptionAloneIsFoundWhereverItIs() throws {
        #expect(
            try ConfigurationDocumentation.everything.find("max_in_flight").map(\.entry.name)
                == ["delivery", "destinations"].reversed())
    }

    @Test(arguments: [
        ("medai", "there is nothing called \"medai\"; did you mean \"media\"?"),
        ("max_in_fligt", "there is nothing called \"max_in_fligt\"; did you mean \"max_in_flight\"?"),
        ("media.wiat", "media has no option \"wiat\"; did you mean \"wait\"?"),
        ("drop.because", "drop has no option \"because\"; it has reason"),
        ("persist.all", "persist has no option \"all\"; it has none"),
        ("xyzzy", "there is nothing called \"xyzzy\"; `zaphub explain` lists what there is"),
    ])
    func whatThereIsNotIsAnsweredWithWhatMayHaveBeenMeant(_ word: String, _ answer: String) {
        #expect(throws: UnknownReferenceWordError.self) { try ConfigurationDocumentation.everything.find(word) }
        do throws(UnknownReferenceWordError) { _ = try ConfigurationDocumentation.everything.find(word) } catch {
            #expect(error.description == answer)
        }
    }

    @Test func theListNamesEverythingThatAConfigurationCanName() {
        let list = ConfigurationDocumentation.everything.list
        let registry = ConfigurationKindRegistry.everything
        let words =
            registry.stages.map { $0.kind } + registry.destinations.map { $0.kind } + registry.formats.map { $0.name }
            + registry.transports.map { $0.kind } + registry.configurationFields.map(\.name).filter { $0 != "version" }
        for word in words { #expect(list.contains("\n  \(word) ")) }
    }

    @Test func everythingSaysWhatItIsInLinesThatFitATerminal() throws {
        for entry in ConfigurationDocumentation.everything.entries {
            #expect(!entry.summary.isEmpty, "\(entry.name)")
            for option in entry.options { #expect(!option.summary.isEmpty, "\(entry.name).\(option.path)") }
            for line in try explain(entry.name).split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        }
        for line in ConfigurationDocumentation.everything.list.split(separator: "\n") {
            #expect(line.count <= 100, "\(line)")
        }
    }

    @Test func secretsHaveNoDefaultToShow() throws {
        #expect(
            try explain("destinations.secret").contains("a secret\n")
                || explain("destinations.secret").hasSuffix("a secret"))
        #expect(!(try explain("media.s3.secret_key").contains("***")))
    }

    /// The example of `use` requires a fragment.
    @Test(arguments: ConfigurationKindRegistry.everything.stages.map { $0.kind }.filter { $0 != "use" })
    func theExampleOfAStageIsTaken(_ kind: String) throws {
        let stage = try #require(ConfigurationKindRegistry.everything.stages.first { $0.kind == kind })
        #expect(try ConfigurationKindRegistry.everything.step(yaml: stage.example).kind == kind)
    }

    @Test(arguments: ConfigurationKindRegistry.everything.destinations.map { $0.kind })
    func theExampleOfADestinationIsTaken(_ kind: String) throws {
        let type = try #require(ConfigurationKindRegistry.everything.destinations.first { $0.kind == kind })
        let yaml = "type: \(kind)\n" + type.example
        #expect(try ConfigurationKindRegistry.everything.destination(yaml: yaml).kind == kind)
    }
}
