import RelayConfig
import RelayCore
import RelayJQ
import RelayJSON
import Testing

@testable import RelaySources

@Suite struct ConfigurationTests {
    static func load(_ config: String, pipeline: String = Workspace.pipeline) throws -> RelayConfiguration {
        try Workspace.config(config, pipeline: pipeline).load().configuration
    }

    @Test(arguments: [
        ("\"127.0.0.1:3100\"", "127.0.0.1", 3100, "http://127.0.0.1:3100"),
        ("\"[::]:3100\"", "::", 3100, "http://localhost:3100"),
        ("\"[::1]:80\"", "::1", 80, "http://[::1]:80"),
        (":8080", "0.0.0.0", 8080, "http://localhost:8080"),
        ("localhost:0", "localhost", 0, "http://localhost:0"),
    ])
    func listenTakesAHostAndAPort(written: String, host: String, port: Int, url: String) throws {
        let server = try Self.load("server:\n  listen: \(written)\n").server
        #expect(server.host == host)
        #expect(server.port == port)
        #expect(server.publicURL == url)
    }

    @Test(arguments: ["3100", "localhost", "a:b", "a:70000", "::1:3100", "\"[::1\"", "http://x:80", "\"\""])
    func listenRefusesAnythingElse(written: String) {
        #expect(
            Workspace.config("server:\n  listen: \(written)\n").report().contains("config.yaml:2:11: error: \"listen\"")
        )
    }

    @Test func thePublicAddressHasNoSlashAtItsEnd() throws {
        #expect(
            try Self.load("server: { public_url: \"https://x.example.com/relay/\" }\n").server.publicURL
                == "https://x.example.com/relay")
    }

    @Test func theStoreIsAFileOrPostgreSQL() throws {
        #expect(try Self.load("store: { url: \"sqlite:/var/lib/x.db\" }\n").store.url == .sqlite(path: "/var/lib/x.db"))
        let workspace = Workspace.config("store: { url: \"sqlite:../x.db\" }\n")
        let parent = workspace.directory.split(separator: "/").dropLast().joined(separator: "/")
        #expect(try workspace.load().configuration.store.url == .sqlite(path: "/\(parent)/x.db"))
        let postgres = try Self.load("store:\n  url: postgres://relay:hunter2@db.example.com/zaphub?sslmode=require\n")
        #expect(postgres.store.url == .postgres(url: "postgres://relay:hunter2@db.example.com/zaphub?sslmode=require"))
        #expect(postgres.scrubbed["store"]?["url"] == "postgres://relay:***@db.example.com/zaphub?***")
    }

    @Test func everyKindOfAuthIsRead() throws {
        let sources = try Self.load(
            """
            sources:
              a: { transport: http, format: waha, auth: { type: bearer, token: t } }
              b: { transport: http, format: waha, auth: { type: header, name: X-Key, value: v } }
              c:
                transport: http
                format: waha
                auth: { type: hmac, header: X-Sig, algorithm: sha512, secret: s, encoding: base64, prefix: "v1=" }
              d: { transport: http, format: waha, auth: { type: hmac, header: X-Sig, secret: s } }
              e: { transport: http, format: cloud_api, auth: { type: meta_signature, app_secret: a, verify_token: 42 } }
            """
        ).sources
        let auth = sources.map { $0.transport.authentication }
        #expect((auth[0] as? BearerAuthentication)?.token == "t")
        let header = try #require(auth[1] as? HeaderAuthentication)
        #expect(header.name == "X-Key" && header.value == "v")
        let signed = try #require(auth[2] as? HMACAuthentication).verification
        #expect(signed.header == "X-Sig" && signed.algorithm == .sha512)
        #expect(signed.encoding == .base64 && signed.prefix == "v1=")
        let plain = try #require(auth[3] as? HMACAuthentication).verification
        #expect(plain.algorithm == .sha256 && plain.encoding == .hex && plain.prefix.isEmpty)
        let meta = try #require(auth[4] as? MetaSignatureAuthentication)
        #expect(meta.appSecret == "a" && meta.verifyToken == "42")
    }

    @Test(arguments: ["stdin", "htp"])
    func secretsOfASourceStayHiddenWhenItsTransportIsWrong(_ transport: String) {
        let report = Workspace.config(
            "sources:\n"
                + "  a: { transport: \(transport), format: native, auth: { type: header, name: X-Key, value: canary } }\n"
        ).report()
        #expect(report.contains("config.yaml:2:"))
        #expect(!report.contains("canary"), "\(report)")
    }

    @Test func anEmptySectionHasItsDefaults() throws {
        let configuration = try Self.load("server:\nstore:\nsources:\ndestinations:\nretry_policies:\negress:\n")
        #expect(configuration.server.port == 3100)
        #expect(configuration.sources.isEmpty && configuration.destinations.isEmpty)
        #expect(try Self.load("").server.port == 3100)
    }

    @Test func secretsRotate() throws {
        let crm = try Self.load(
            "destinations: { crm: { type: webhook, url: https://crm.example.com, secrets: [new, old] } }\n"
        ).destinations[0]
        #expect(crm.secrets.map(\.value) == ["new", "old"])
    }

    @Test func anchorsAliasesAndMergesWork() throws {
        let destinations = try Self.load(
            """
            destinations:
              a: &a
                type: webhook
                url: https://a.example.com
                max_in_flight: &many 64
                retry: { <<: { max_attempts: 5 }, max_elapsed_time: 1h }
              b: { <<: *a, url: https://b.example.com }
              c: { type: webhook, url: https://c.example.com, max_in_flight: *many }
            """
        ).destinations
        #expect(
            destinations.map { ($0.options as? WebhookDestinationOptions)?.url }
                == ["a", "b", "c"].map { "https://\($0).example.com" })
        #expect(destinations.map(\.settings.maxInFlight) == [64, 64, 64])
        #expect(destinations[1].settings.retry.maxAttempts == 5)
    }

    @Test func windowsLineBreaksAndAByteOrderMarkAreFine() throws {
        #expect(try Self.load("\u{FEFF}server:\r\n  listen: :81\r\n").server.port == 81)
        let report = Workspace.config("\u{FEFF}server:\r\n  lisen: :81\r\n").report()
        #expect(
            report.hasPrefix(
                "config.yaml:2:3: error: server has no option \"lisen\"\n   2 |   lisen: :81\n     |   ^ help"))
    }

    @Test func columnsCountUnicodeScalars() {
        let report = Workspace.config("logging: { level: \"ção ✓\", formt: x }\n").report()
        #expect(report.contains("config.yaml:1:28: error: logging has no option \"formt\""))
    }

    @Test func theCheckOfAddressesHasItsSay() {
        let registry = ConfigurationKindRegistry(
            stages: ConfigurationKindRegistry.testing.stages,
            destinations: ConfigurationKindRegistry.testing.destinations,
            formats: [],
            transports: [],
            urlCheck: { $0.contains("10.") ? "10.0.0.1 is private; allow it under egress.allow" : nil },
            egressCheck: { $0 == "*" ? "is not a pattern" : nil }
        )
        let config = """
            server: { public_url: http://10.0.0.1 }
            destinations: { crm: { type: webhook, url: http://10.0.0.1/x } }
            egress: { allow: ["*"] }

            """
        let report = Workspace.config(config).report(registry: registry)
        #expect(
            report == """
                config.yaml:2:44: error: "url": 10.0.0.1 is private; allow it under egress.allow
                   2 | destinations: { crm: { type: webhook, url: http://10.0.0.1/x } }
                     |                                            ^
                config.yaml:3:19: error: "allow": "*" is not a pattern
                   3 | egress: { allow: ["*"] }
                     |                   ^
                2 errors, 0 warnings
                """)
    }
}

@Suite struct PipelineTests {
    static func load(_ pipeline: String) throws -> PipelineDefinition {
        try #require(try Workspace.pipeline(pipeline).load().configuration.pipelines.first)
    }

    @Test func withoutFromAPipelineReadsEverySource() throws {
        #expect(try Self.load(Workspace.pipeline).from == [])
        #expect(try Self.load("from: []\n" + Workspace.pipeline).from == [])
        #expect(try Self.load("from: baileys\n" + Workspace.pipeline).from == ["baileys"])
    }

    @Test func expressionsHaveTheConfiguredBudget() throws {
        let pipeline = "stages:\n  - deliver: session\n    when: .a\n"
        let limits =
            "{ max_steps: 5000, max_memory: 1MiB, max_depth: 50, max_outputs: 7, max_result: 2KiB, max_time: 20ms }"
        let configured = try ConfigurationTests.load("expressions: \(limits)\n", pipeline: pipeline)
        var expected = JQBudget()
        expected.steps = 5_000
        expected.bytes = 1 << 20
        expected.depth = 50
        expected.outputs = 7
        expected.resultBytes = 2 << 10
        expected.time = .milliseconds(20)
        #expect(configured.expressions == expected)
        #expect(configured.pipelines.first?.steps.first?.when?.budget == expected)
        let standard = try ConfigurationTests.load("version: 1\n", pipeline: pipeline)
        #expect(standard.pipelines.first?.steps.first?.when?.budget == JQBudget())
    }

    @Test func idsAreTheKindAndANumberUnlessGiven() throws {
        let pipeline = try Self.load(
            """
            stages:
              - persist
              - filter: { drop: .a }
              - filter: { drop: .b }
                id: second
              - filter: { drop: .c }
                when: .d
                on_error: continue
                timeout: 500ms
              - deliver: crm
              - deliver: [session]
            """
        )
        #expect(pipeline.steps.map(\.id) == ["persist", "filter", "second", "filter-2", "deliver", "deliver-2"])
        let step = pipeline.steps[3]
        #expect(step.kind == "filter")
        #expect(step.when?.source == ".d")
        #expect(step.onError == .continue)
        #expect(step.timeout == .milliseconds(500))
        #expect((step.stage as? FilterStage)?.drop?.source == ".c")
        #expect(pipeline.steps[0].when == nil)
    }

    @Test func stagesInsideAStageAreRead() throws {
        let pipeline = try Self.load(
            """
            stages:
              - persist
              - switch:
                  - case: .a
                    stages: [{ enrich: images }, { deliver: crm }]
                  - default: [persist]
                on_error: { stages: [{ deliver: session }] }
              - stages: [persist]
                when: .b
            """
        )
        #expect(
            pipeline.steps.map(\.kind) == [
                "persist", "switch", "enrich", "deliver", "persist", "deliver", "stages", "persist",
            ])
        #expect(
            pipeline.steps.map(\.id) == [
                "persist", "switch", "enrich", "deliver", "persist-2", "deliver-2", "stages", "persist-3",
            ])
        #expect(
            Workspace.pipeline("stages:\n  - stages: { deliver: crm }\n").report().contains(
                "stages has no option \"deliver\""))
    }

    @Test func pipelinesComeByNameAndTestFilesAreLeftAlone() throws {
        let workspace = Workspace([
            "config.yaml": "version: 1\n", "pipelines/b.yaml": Workspace.pipeline,
            "pipelines/a.yaml": Workspace.pipeline,
            "pipelines/a_test.yaml": "what: ever\n", "pipelines/notes.txt": "x",
        ])
        #expect(try workspace.load().configuration.pipelines.map(\.name) == ["a", "b"])
    }

    @Test func aSingleStageOrDestinationIsReadOnItsOwn() throws {
        let step = try ConfigurationKindRegistry.testing.step(yaml: "deliver: [session, crm]", destinations: ["crm"])
        #expect((step.stage as? DeliverStage)?.to == ["session", "crm"])
        #expect(try ConfigurationKindRegistry.testing.step(yaml: "persist").kind == "persist")
        #expect(throws: InvalidConfigurationError.self) {
            try ConfigurationKindRegistry.testing.step(yaml: "deliver: [erp]")
        }
        let crm = try ConfigurationKindRegistry.testing.destination(
            yaml: "{ type: webhook, url: https://x.example.com }")
        #expect(crm.name == "crm")
    }
}

@Suite struct OptionFieldTests {
    @Test func fieldsDescribeThemselves() {
        let size = AnyOptionField(MediaStage.maxSize)
        #expect(size.name == "max_size")
        #expect(size.typeName == "a size such as 64KiB or 16MiB")
        #expect(size.defaultText == "40MiB")
        #expect(!size.isRequired && !size.isSecret)
        let token = AnyOptionField(ChatwootDestinationOptions.token)
        #expect(token.isRequired && token.isSecret && token.defaultText == nil)
        #expect(AnyOptionField(EnrichStage.with).shape.words == ["chat_name", "contact_name", "group_name", "images"])
        #expect(AnyOptionField(SignStage.scheme).typeName == "standard_webhooks or hmac")
        #expect(!AnyOptionField(FilterStage.keep).isRequired)
    }

    @Test(arguments: [
        "https://crm.example.com", "http://localhost:8080/x?y=z#f", "http://[::1]:3100/", "http://10.0.0.1",
        "HTTPS://x.example.com", "http://chatwoot_web/", "https://münchen.example",
    ])
    func addressesAreTaken(url: String) throws {
        _ = try ConfigurationKindRegistry.testing.destination(yaml: "type: webhook\nurl: \(url)\n")
    }

    @Test(arguments: [
        "crm.example.com", "ftp://x", "//x", "https://", "https:///p", "http://u@h", "http://u:p@h", "http://h:0",
        "http://h:99999",
        "http://h:x", "http://a b", "\"http://h/\\r\\nX: y\"", "http://h\\\\@evil", "http://[::1", "http://::1/",
        "\"\"", "http://h<>",
    ])
    func otherAddressesAreRefused(url: String) {
        #expect(throws: InvalidConfigurationError.self) {
            try ConfigurationKindRegistry.testing.destination(yaml: "type: webhook\nurl: \(url)\n")
        }
    }

    @Test(arguments: [
        ("1ms", Duration.milliseconds(1)), ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("10m", .seconds(600)),
    ])
    func durationsAreTaken(written: String, expected: Duration) throws {
        let yaml = "{ type: webhook, url: https://x.example.com, timeout: \(written) }"
        #expect(try ConfigurationKindRegistry.testing.destination(yaml: yaml).timeout == expected)
    }

    @Test(arguments: [
        "0s", "10", "1.5s", "-1s", "1h30m", "10 s", "s", "", "10S", "99999999999999999999s", "9223372036854775807d",
        "٣s",
    ])
    func otherDurationsAreRefused(written: String) {
        let yaml = "{ type: webhook, url: https://x.example.com, timeout: \"\(written)\" }"
        #expect(throws: InvalidConfigurationError.self) {
            try ConfigurationKindRegistry.testing.destination(yaml: yaml)
        }
    }

    @Test(arguments: [
        ("1B", 1), ("16KiB", 16_384), ("16MiB", 16 << 20), ("16MB", 16_000_000), ("1GiB", 1 << 30), ("2KB", 2000),
    ])
    func sizesAreTaken(written: String, expected: Int) throws {
        let step = try ConfigurationKindRegistry.testing.step(yaml: "media: { max_size: \(written) }")
        #expect((step.stage as? MediaStage)?.maxSize == expected)
    }

    @Test(arguments: [
        ("20/s", RateLimit(count: 20, per: .seconds(1))), ("600/m", RateLimit(count: 600, per: .seconds(60))),
    ])
    func ratesAreTaken(written: String, expected: RateLimit) throws {
        let yaml = "{ type: webhook, url: https://x.example.com, rate_limit: \(written) }"
        #expect(try ConfigurationKindRegistry.testing.destination(yaml: yaml).settings.rateLimit == expected)
    }

    @Test(arguments: ["20", "0/s", "20/d", "20/ms", "/s", "20/", "-1/s", "20 / s"])
    func otherRatesAreRefused(written: String) {
        let yaml = "{ type: webhook, url: https://x.example.com, rate_limit: \"\(written)\" }"
        #expect(throws: InvalidConfigurationError.self) {
            try ConfigurationKindRegistry.testing.destination(yaml: yaml)
        }
    }

    @Test func queriesOfAddressesAreNotShown() throws {
        let config = "destinations: { crm: { type: webhook, url: \"https://x.example.com/h?token=hunter2\" } }\n"
        let scrubbed = try Workspace.config(config).load().configuration.scrubbed
        #expect(scrubbed["destinations"]?["crm"]?["url"] == "https://x.example.com/h?***")
    }

    @Test func everyEventTypeIsAccepted() throws {
        for type in EventType.all {
            let destination =
                "{ type: webhook, url: https://x.example.com, events: [\(type), \(type.category).*] }"
            let report = Workspace.config("destinations: { crm: \(destination) }\n").report()
            #expect(!report.contains("no event has the type"), "\(report)")
        }
    }
}
