import Foundation
import RelayConfig
import RelayReference
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct SQLiteSchemaTests {
    private typealias Sample = (file: ConfigurationDocumentation.SchemaFile, text: String)

    @Test func theShippedFilesAreValid() async throws {
        let samples: [Sample] = [
            (.config, try Repository.text("config.yaml")), (.pipeline, try Repository.text("pipelines/default.yaml")),
        ]
        #expect(try await SchemaValidator.validate(samples) == [nil, nil])
    }

    @Test func whatTheDocumentationTellsPeopleToWriteIsValid() async throws {
        let docs = try #require(
            FileManager.default.enumerator(
                at: Repository.root.appendingPathComponent("docs"), includingPropertiesForKeys: nil))
        var samples: [Sample] = []
        for case let file as URL in docs where file.pathExtension == "md" {
            let text = try String(contentsOf: file, encoding: .utf8)
            samples += text.components(separatedBy: "```yaml\n").dropFirst()
                .compactMap { $0.components(separatedBy: "```").first }
                // There is no schema for fragments, or for kinds that this build does not include.
                .filter { !$0.hasPrefix("# fragments/") && (Self.hasFiles || !$0.contains("type: file")) }
                .map(Self.sample)
        }
        #expect(samples.count > 20)
        for (sample, problem) in zip(samples, try await SchemaValidator.validate(samples)) {
            #expect(problem == nil, "\(sample.text)")
        }
    }

    private static let hasFiles = ConfigurationKindRegistry.everything.destinations.contains { $0.kind == "file" }

    /// A part of a file as a complete file.
    private static func sample(_ text: String) -> Sample {
        if text.hasPrefix("- ") {
            let lines = text.split(separator: "\n").map { "  " + $0 }
            return (.pipeline, (["stages:"] + lines).joined(separator: "\n"))
        }
        if text.contains("_test.yaml") { return (.tests, text) }
        let isPipeline = text.hasPrefix("stages:") || text.contains("\nstages:")
        return (isPipeline ? .pipeline : .config, text)
    }

    /// Files that use the limits of the grammar.
    private static let goodConfigurations = [
        "version: 1",
        "server:\nsources:\n",
        "server: { listen: ':3100', max_body: '${MAX:-5MiB}' }",
        "delivery: { max_in_flight: '${N}', breaker: { failures: '3', probe_interval: 1s } }",
        "egress: { allow: 10.0.0.0/8, nat64: '${NAT64:-false}', allowed_ports: [443, '${PORT}'] }",
        "retry_policies: { a: { max_elapsed_time: none, retry_on: [network, 429, 5xx, '503'] }, b: { extends: a } }",
        "sources: { s: { transport: http, format: '${FORMAT:-native}', auth: { type: bearer, token: t } } }",
        """
        sources:
          m: { transport: http, format: cloud_api, auth: { type: meta_signature, app_secret: a, verify_token: 123 } }
          h: { transport: http, format: gowa, auth: { type: hmac, header: X-H, secret: s, encoding: base64 } }
          f: { transport: file, format: native, path: in.ndjson, session: main }
          i: { transport: stdin, format: native }
        """,
        """
        destinations:
          a: { type: webhook, url: "https://a.example.com", retry: { max_attempts: 2 }, events: "message.*" }
          b: { type: webhook, url: "${URL:-https://b.example.com}", retry: default, secrets: [a, b], rate_limit: 20/s }
        """,
    ]

    private static let goodPipelines = [
        "stages: [persist, drop]",
        "from: native\nstages:\n  - persist:\n    when: .event == \"message.received\"\n  - deliver: session",
        "stages:\n  - media: { wait: '${WAIT:-20s}' }\n    on_error: raw_media\n    timeout: 1m\n    id: files",
        "stages:\n  - enrich\n  - enrich: images\n  - enrich: { with: [images] }\n  - sign: { scheme: hmac }",
        "stages: [{ drop: no }, { drop: { reason: because } }]",
    ]

    @Test func whatTheRelayTakesIsValid() async throws {
        let samples = Self.goodConfigurations.map { Sample(.config, $0) } + Self.goodPipelines.map { (.pipeline, $0) }
        for (sample, problem) in zip(samples, try await SchemaValidator.validate(samples)) {
            #expect(problem == nil, "\(sample.text)")
            let folder = try Self.folder(sample)
            #expect(throws: Never.self) { try folder.load(environment: ["N": "3", "PORT": "80", "FORMAT": "waha"]) }
        }
    }

    private static let badConfigurations = [
        "srever: { listen: ':3100' }",
        "server: { listen: 3100 }",
        "server: { max_body: 5 }",
        "store: { retention: { delivered: 24 hours } }",
        "media: { max_downloads: 0 }",
        "logging: { level: loud }",
        "sources: { Big: { transport: http, format: native } }",
        "sources: { s: { transport: http } }",
        "sources: { s: { transport: http, format: bailey } }",
        "sources: { s: { format: native } }",
        "sources: { s: { transport: file, format: native } }",
        "sources: { s: { transport: http, format: native, path: in.ndjson } }",
        "sources: { s: { transport: stdin, format: native, auth: { type: bearer, token: t } } }",
        "sources: { s: { transport: http, format: waha, auth: { type: hmac, secret: s } } }",
        "sources: { s: { transport: http, format: waha, auth: { type: bearer, token: t, name: n } } }",
        "destinations: { session: { type: webhook, url: 'https://a.example.com' } }",
        "destinations: { crm: { url: 'https://a.example.com' } }",
        "destinations: { crm: { type: webhook, url: 'ftp://a.example.com' } }",
        "destinations: { crm: { type: webhook, url: 'https://a.example.com', rate_limit: 20 } }",
        "destinations: { crm: { type: webhook, url: 'https://a.example.com', retry: { max_attempt: 3 } } }",
        "retry_policies: { a: { retry_on: [sometimes] } }",
    ]

    private static let badPipelines = [
        "stages: []",
        "from: [native]",
        "stages: [presist]",
        "stages: [deliver]",
        "stages: [{ persist: , drop: }]",
        "stages: [{ when: .event }]",
        "stages: [{ media: { max_sise: 1MiB } }]",
        "stages: [{ persist: , on_error: ignore }]",
        "stages: [{ persist: , timeout: 5 }]",
        "stages: [{ sign: hmca }]",
        "stages: [{ enrich: { with: [images, names] } }]",
        "stages: [persist]\nstage: [persist]",
    ]

    private static let goodTests = [
        "tests: []",
        "pipeline: default\ntests:\n  - { name: a, input: [a.json, { event: message.received }], expect: { nothing: true } }",
        """
        tests:
          - name: every option
            source: native
            session: main
            now: "2025-11-13T22:15:00-03:00"
            input: a.json
            contacts: { id: 5511999999001@s.whatsapp.net, name: Ana }
            groups: [{ id: 120363000000000001@g.us, name: Sales }]
            media: [found, gone, { message: M1, after: 30s, size: 2KiB }]
            lookup: [timeout, 404, { chat: 5511999999001@s.whatsapp.net, name: Ana }, { body: { data: [] } }]
            destinations: { session: [503, timeout, { status: 429, headers: { Retry-After: "30" } }], crm: 200 }
            expect:
              delivered: { to: crm, event: message.*, attempts: 2, at: [0s, 2s], headers: { A: b }, signed: true }
              dead: [{ to: pipeline, by: media, reason: stage_failed }]
              dropped: []
              order: any
        """,
    ]

    private static let badTests = [
        "tests: [{ name: a, input: a.json }]",
        "tests: [{ nam: a, input: a.json, expect: {} }]",
        "tests: [{ name: a, input: a.json, now: tomorrow, expect: {} }]",
        "tests: [{ name: a, input: a.json, media: goen, expect: {} }]",
        "tests: [{ name: a, input: a.json, media: { after: 30 }, expect: {} }]",
        "tests: [{ name: a, input: a.json, lookup: { naem: a }, expect: {} }]",
        "tests: [{ name: a, input: a.json, contacts: { name: Ana }, expect: {} }]",
        "tests: [{ name: a, input: a.json, destinations: { crm: 99 }, expect: {} }]",
        "tests: [{ name: a, input: a.json, expect: { delivered: [{ event: message.sent }] } }]",
        "tests: [{ name: a, input: a.json, expect: { dead: [{ to: crm, reason: exausted }] } }]",
        "pipeline: default",
    ]

    @Test func testsAreValidatedInPipelinesAndInFilesOfTheirOwn() async throws {
        let files = (Self.goodTests + Self.badTests).map { Sample(.tests, $0) }
        let inPipelines = files.filter { $0.text.hasPrefix("tests:") }
            .map { Sample(.pipeline, "stages: [persist]\n" + $0.text) }
        for (sample, problem) in zip(files + inPipelines, try await SchemaValidator.validate(files + inPipelines)) {
            let isGood = Self.goodTests.contains { sample.text.hasSuffix($0) }
            #expect((problem == nil) == isGood, "\(sample.text): \(problem ?? "good")")
        }
    }

    @Test func mistakesInTheFormAreMistakesInTheEditor() async throws {
        let samples = Self.badConfigurations.map { Sample(.config, $0) } + Self.badPipelines.map { (.pipeline, $0) }
        for (sample, problem) in zip(samples, try await SchemaValidator.validate(samples)) {
            #expect(problem != nil, "\(sample.text)")
            #expect(throws: InvalidConfigurationError.self, "\(sample.text)") { try Self.folder(sample).load() }
        }
    }

    /// The sample, with the other files that a configuration requires.
    private static func folder(_ sample: Sample) throws -> TemporaryDirectory {
        let isConfiguration = sample.file == .config
        return try TemporaryDirectory(files: [
            "config.yaml": isConfiguration ? sample.text : "sources: { native: { transport: http, format: native } }",
            "pipelines/default.yaml": isConfiguration ? "stages: [persist]" : sample.text,
        ])
    }
}
