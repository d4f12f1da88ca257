import RelayConfig
import RelayCore
import RelayJSON
import RelayReference
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct StarterConfigurationTests {
    private func starter(_ recipe: String) throws -> StarterConfiguration {
        try StarterConfiguration(recipe, reference: .everything)
    }

    private func load(_ starter: StarterConfiguration, environment: [String: String] = [:]) throws
        -> RelayConfiguration.Loaded
    {
        try TemporaryDirectory(files: ["config.yaml": starter.config, "pipelines/default.yaml": starter.pipeline])
            .load(environment: environment)
    }

    private static let registry = ConfigurationKindRegistry.everything
    /// A fragment is a separate file, which no recipe names.
    private static let stages = registry.stages.map { $0.kind }.filter { $0 != "use" }
    private static let recipes =
        registry.formats.map { $0.name } + stages.map { "native/\($0)" }
        + registry.destinations.map { ($0.takesDocuments ? "cloud_api" : "native") + "//\($0.kind)" }
        + [
            "baileys/enrich,filter/webhook", "waha,waha,native/media/session,webhook,webhook",
            registry.formats.map { $0.name }.joined(separator: ",") + "/" + stages.joined(separator: ",")
                + "/session," + registry.destinations.map { $0.kind }.joined(separator: ","),
        ]

    @Test(arguments: recipes)
    func whatIsWrittenIsTakenWithoutAWarning(_ recipe: String) throws {
        #expect(try load(starter(recipe)).warnings.isEmpty)
    }

    @Test func whatIsWrittenIsValidInTheEditor() async throws {
        let starters = try Self.recipes.map(starter)
        let samples = starters.flatMap {
            [(ConfigurationDocumentation.SchemaFile.config, $0.config), (.pipeline, $0.pipeline)]
        }
        for (sample, problem) in zip(samples, try await SchemaValidator.validate(samples)) {
            #expect(problem == nil, "\(sample.1)")
        }
    }

    @Test func everySourceStageAndDestinationOfTheRecipeIsThere() throws {
        let configuration = try load(starter("baileys,waha/enrich,filter/webhook,session")).configuration
        #expect(configuration.sources.map { $0.format.name } == ["baileys", "waha"])
        #expect(configuration.destinations.map(\.kind) == ["webhook"])
        let steps = configuration.pipelines[0].steps
        #expect(steps.map(\.kind) == ["persist", "filter", "enrich", "filter", "sign", "deliver"])
        #expect((steps[5].stage as? any ConfigurableStage)?.destinations == ["session", "webhook"])
    }

    /// Pairing and reconnecting bring old messages. They are in the history, and receivers do not get them.
    @Test func oldMessagesAreInTheHistoryOnly() throws {
        let steps = try load(starter("baileys")).configuration.pipelines[0].steps
        #expect(steps.map(\.kind) == ["persist", "filter", "sign", "deliver"])
        #expect(steps[1].options["keep"] == ["history": false, "max_age": "10m"])
    }

    /// Uncommenting the options in comments adds no errors or warnings.
    @Test(arguments: ["baileys//webhook", "evolution,native/media/session,webhook"])
    func theOptionsInCommentsAreTakenToo(_ recipe: String) throws {
        let starter = try starter(recipe)
        var count = 0
        let lines = starter.config.split(separator: "\n").map { line -> String in
            let setting = line.drop { $0 == " " }
            guard line.hasPrefix("  "), setting.hasPrefix("# "),
                let word = setting.split(separator: " ").dropFirst().first,
                word.hasSuffix(":"), word.first?.isLowercase == true
            else { return String(line) }
            count += 1
            return String(line.prefix { $0 == " " }) + setting.dropFirst(2)
        }
        #expect(count > 5)
        let folder = try TemporaryDirectory(files: [
            "config.yaml": lines.joined(separator: "\n"), "pipelines/default.yaml": starter.pipeline,
        ])
        let keys = ["BAILEYS_TOKEN", "EVOLUTION_TOKEN", "NATIVE_TOKEN", "WEBHOOK_SECRET"]
        let environment = Dictionary(uniqueKeysWithValues: keys.map { ($0, "a-secret") })
        let loaded = try folder.load(environment: environment)
        #expect(loaded.configuration.sources.allSatisfy { $0.transport.authentication != nil })
        #expect(loaded.configuration.destinations.allSatisfy { $0.secrets.map(\.value) == ["a-secret"] })
    }

    @Test(arguments: [
        ("bailey", "there is no format \"bailey\"; did you mean \"baileys\"?"),
        ("baileys/enrichs", "there is no stage \"enrichs\"; did you mean \"enrich\"?"),
        ("baileys/enrich/webhok", "there is no kind of destination \"webhok\"; did you mean \"webhook\"?"),
        ("", "write SOURCES/STAGES/DESTINATIONS, for example 'baileys/enrich,filter/webhook'"),
        ("a/b/c/d", "write SOURCES/STAGES/DESTINATIONS, for example 'baileys/enrich,filter/webhook'"),
    ])
    func aWrongRecipeIsAnsweredWithARightOne(_ recipe: String, _ message: String) {
        #expect { try starter(recipe) } throws: { "\($0)" == message }
    }
}
