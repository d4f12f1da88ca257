import RelayConfig
import RelayCore
import RelayJSON
import RelayReference
import RelaySources
import RelayTesting
import Testing

/// Everything about a transport is derived from its declaration.
struct TransportTests {
    private static let registry = ConfigurationKindRegistry(
        stages: ConfigurationKindRegistry.everything.stages,
        destinations: ConfigurationKindRegistry.everything.destinations,
        formats: ConfigurationKindRegistry.everything.formats,
        transports: (BuiltInTransports.all as [any SourceTransportOptions.Type]) + [PipeTransport.self]
    )

    private func load(_ sources: String) throws(InvalidConfigurationError) -> RelayConfiguration {
        let files = [
            "config.yaml": "sources:\n" + sources,
            "pipelines/default.yaml": "stages:\n  - persist\n  - deliver: [session]\n",
        ]
        guard let directory = try? TemporaryDirectory(files: files) else {
            throw InvalidConfigurationError(diagnostics: [])
        }
        return try directory.load(registry: Self.registry).configuration
    }

    @Test func itsOptionsAreReadAndShown() throws {
        let configuration = try load("  p: { transport: pipe, format: native, name: orders, session: main }\n")
        let source = try #require(configuration.sources.first)
        #expect((source.transport as? PipeTransport)?.name == "orders")
        #expect(source.session == "main")
        #expect(configuration.scrubbed["sources"]?["p"]?["name"] == "orders")
    }

    @Test(arguments: [
        ("  p: { transport: pipe, format: native }\n", "source \"p\" needs \"name\""),
        ("  p: { transport: http, format: native, name: a }\n", "\"name\" is for transport: pipe only"),
        ("  p: { transport: pipe, format: native, name: a, nme: b }\n", "did you mean \"name\"?"),
        (
            "  p: { transport: pipe, format: native, name: a }\n  q: { transport: pipe, format: native, name: a }\n",
            "two sources read the pipe a"
        ),
    ])
    func mistakesInThemAreTold(_ sources: String, _ message: String) {
        #expect {
            try load(sources)
        } throws: { error in
            "\(error)".contains(message)
        }
    }

    @Test func theReferenceAndTheSchemaHaveThem() throws {
        let reference = ConfigurationDocumentation(Self.registry)
        let entry = try #require(reference.entries(.transport).first { $0.name == "pipe" })
        #expect(entry.summary == PipeTransport.summary)
        #expect(entry.options.map(\.path) == ["name"])
        let kinds = reference.schema(.config)["properties"]?["sources"]?["additionalProperties"]?["anyOf"]?.array ?? []
        let pipe = kinds.first { $0["properties"]?["transport"]?["const"] == "pipe" }
        #expect(pipe?["required"] == ["transport", "format", "name"])
        #expect(pipe?["properties"]?["path"] == nil)
    }
}

/// An additional transport with an option.
private struct PipeTransport: SourceTransportOptions {
    static let kind = "pipe"
    static let summary = "Reads a named pipe."
    static let pipeName = OptionField.string("name", "The pipe.")
    static let fields = [AnyOptionField(pipeName)]

    let name: String

    init(_ options: OptionReader, format: any SourceFormat.Type) throws {
        name = try options(Self.pipeName)
    }

    var exclusiveUse: String? { "the pipe \(name)" }
}
