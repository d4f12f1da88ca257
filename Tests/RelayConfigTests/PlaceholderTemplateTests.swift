import RelayConfig
import RelayCore
import RelayJSON
import RelaySources
import Testing

/// A stage that sends a request to a URL with placeholders.
private struct AskStage: ConfigurableStage {
    static let kind = "ask"
    static let summary = "Asks."
    static let url = OptionField.urlTemplate("url", "Where.", known: ["session", "chat.id"]).optional
    static let body = OptionField.jsonTemplate("body", "What is posted.", known: ["session", "chat.id"]).optional
    static let headers = OptionField.headers("headers", "Sent with it.", default: [])
    static let fields = [AnyOptionField(url), AnyOptionField(body), AnyOptionField(headers)]
    let url: PlaceholderTemplate?
    let body: PlaceholderTemplate?

    init(_ options: OptionReader, in context: StageBuildContext) throws {
        url = try options(Self.url)
        body = try options(Self.body)
        _ = try options(Self.headers)
    }

    var waits: Bool { true }
}

private let registry = ConfigurationKindRegistry(
    stages: ConfigurationKindRegistry.testing.stages + [AskStage.self],
    destinations: [WebhookDestinationOptions.self],
    formats: [],
    transports: BuiltInTransports.all
)

@Suite struct PlaceholderTemplateTests {
    private func ask(_ yaml: String, environment: [String: String] = [:]) throws -> AskStage {
        try #require(try registry.step(yaml: yaml, environment: environment).stage as? AskStage)
    }

    private func filled(_ url: String, _ values: [String: String]) throws -> String? {
        try ask("ask: { url: \"\(url)\" }").url?.filled(values, encode: PlaceholderTemplate.percentEncoded)
    }

    @Test func valuesStayInTheirPlaceOfAnAddress() throws {
        let url = "http://gateway:3000/{{session}}/x?id={{ chat.id }}&s={{  session  }}"
        #expect(
            try filled(url, ["session": "a/b?c#d e%", "chat.id": "12@g.us"])
                == "http://gateway:3000/a%2Fb%3Fc%23d%20e%25/x?id=12%40g.us&s=a%2Fb%3Fc%23d%20e%25")
        #expect(try filled(url, ["session": "é"]) == nil, "there is no value for the other")
        #expect(try filled("http://g/x", [:]) == "http://g/x")
        #expect(try ask("ask: { url: \"\(url)\" }").url?.names == ["session", "chat.id"])
    }

    @Test(arguments: [("", nil), (".", nil), ("..", nil), ("...", "..."), ("a.b-c_d~9", "a.b-c_d~9"), ("\u{0}", "%00")])
    func someValuesLeadNowhere(value: String, encoded: String?) {
        #expect(PlaceholderTemplate.percentEncoded(value) == encoded)
    }

    @Test func variablesOfTheEnvironmentAreResolvedBefore() throws {
        let stage = try ask("ask: { url: \"${GATEWAY}/{{ chat.id }}\" }", environment: ["GATEWAY": "http://g:1"])
        #expect(stage.url?.filled(["chat.id": "1"], encode: PlaceholderTemplate.percentEncoded) == "http://g:1/1")
        let error = #expect(throws: InvalidConfigurationError.self) {
            _ = try ask("ask: { url: \"${GATEWAY}/{{ x }}\" }", environment: ["GATEWAY": "http://canary"])
        }
        #expect(error?.description.contains("canary") == false)
    }

    @Test func aBodyIsJSONWithPlaceholdersInItsStrings() throws {
        let body = try ask(#"ask: { body: '{"number": "{{ chat.id }}", "n": 1}' }"#).body
        #expect(body?.filled(["chat.id": "1"]) { $0 } == #"{"number": "1", "n": 1}"#)
    }

    @Test(arguments: [
        ("url: \"http://{{ session }}/x\"", "before its path"), ("url: \"http://g:{{ chat.id }}/x\"", "port"),
        ("url: \"http://{{ session }}@g/x\"", "a user name"), ("url: \"{{ session }}/x\"", "no absolute URL"),
        ("url: \"http://g{{ session }}/x\"", "before its path"), ("url: \"http://g/{{ sesion }}\"", "{{ session }}?"),
        ("url: \"http://g/{{}}\"", "there are: {{ session }}, {{ chat.id }}"), ("url: \"http://g/{{ session\"", "}}"),
        ("url: \"http://g/a \"", "ends with a space"), ("url: \"http://g/a\\nb\"", "line break"),
        ("url: []", "not a list"), ("body: '{\"a\": {{ session }}}'", "quotes"),
        ("body: '[1,'", "is no JSON"),
    ])
    func mistakesSayWhatToWrite(options: String, help: String) {
        let error = #expect(throws: InvalidConfigurationError.self) { _ = try ask("ask: { \(options) }") }
        #expect(error?.description.contains(help) == true, "\(error?.description ?? "")")
    }

    @Test func anAddressThatTheEgressGuardRefusesIsAMistake() {
        var guarded = registry
        guarded.urlCheck = { $0 == "http://10.0.0.1/x/y" ? "10.0.0.1 is private" : nil }
        let error = #expect(throws: InvalidConfigurationError.self) {
            _ = try guarded.step(yaml: "ask: { url: \"http://10.0.0.1/{{ session }}/y\" }")
        }
        #expect(error?.description.contains("10.0.0.1 is private") == true)
    }

    @Test func whatPipelinesMayReachIsForTheConfigurationToSay() throws {
        var guarded = registry
        guarded.pipelineURLCheck = { egress, server in
            { url in egress.allow.contains("waha:3000") ? nil : "not from \(server.host): \(url)" }
        }
        let pipeline = """
            stages:
              - persist
              - ask: { url: "http://waha:3000/{{ session }}" }
              - deliver: [session]

            """
        #expect(
            Workspace.config("server: { listen: 127.0.0.1:3100 }", pipeline: pipeline).report(registry: guarded) == """
                pipelines/default.yaml:3:17: error: "url": not from 127.0.0.1: http://waha:3000/x
                   3 |   - ask: { url: "http://waha:3000/{{ session }}" }
                     |                 ^
                1 error, 0 warnings
                """)
        #expect(
            Workspace.config("egress: { allow: [\"waha:3000\"] }", pipeline: pipeline).report(registry: guarded) == "")
    }

    @Test func secretsInPipelinesAreNotShown() throws {
        let pipeline = """
            stages:
              - persist
              - ask:
                  url: "http://g/{{ session }}?key=hunter2"
                  headers: { X-Api-Key: hunter3, X-Other: "${KEY}" }
              - deliver: [session]

            """
        let loaded = try Workspace.config("", pipeline: pipeline).load(["KEY": "hunter4"], registry: registry)
        let shown = loaded.configuration.scrubbed["pipelines"]?["default"]?["stages"]
        #expect(
            shown?[1] == [
                "ask": ["url": "http://g/{{ session }}?***", "headers": ["X-Api-Key": "***", "X-Other": "${KEY}"]]
            ])
        #expect(shown?[2] == ["deliver": ["session"]])
    }

    @Test func aTimeoutIsForStagesThatWait() throws {
        func warnings(_ stage: String) throws -> [String] {
            let pipeline = "stages:\n  - persist\n  - \(stage)\n    timeout: 3s\n  - deliver: session\n"
            return try Workspace.config("", pipeline: pipeline).load(registry: registry).warnings.map(\.message)
        }
        #expect(try warnings("ask: {}").isEmpty)
        #expect(try warnings("sign: hmac").contains { $0.contains("needs no timeout") })
    }
}
