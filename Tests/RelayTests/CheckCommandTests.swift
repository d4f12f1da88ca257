import Foundation
import RelayJSON
import RelayTesting
import Testing

/// `zaphub check` as users and CI jobs run it.
@Suite(.limitedConcurrency) struct CheckCommandTests {
    private static func relay(pipeline: String) throws -> RelayProcess {
        try RelayProcess(
            configuration: RelayProcess.configuration(
                extra: """
                    destinations:
                      crm: { type: webhook, url: "https://crm.example.com/hook", secret: "${CRM_SECRET}" }
                    """
            ),
            pipeline: pipeline
        )
    }

    private static func check(_ relay: RelayProcess, _ arguments: [String]) async throws -> CommandTests.Result {
        try await CommandTests().zaphub(["check"] + arguments + ["-c", path("config.yaml", in: relay)])
    }

    private static func path(_ name: String, in relay: RelayProcess) -> String {
        relay.folder.appendingPathComponent(name).path
    }

    private static let good = "stages:\n  - persist\n  - sign: standard_webhooks\n  - deliver: [session, crm]\n"

    @Test func withoutTheEnvironmentVariablesStandForAnyValue() async throws {
        let relay = try Self.relay(pipeline: Self.good)
        defer { relay.remove() }
        let bare = try await Self.check(relay, [])
        #expect(bare.status == 78)
        #expect(bare.errors.contains("the environment variable CRM_SECRET is not set"))
        let lenient = try await Self.check(relay, ["--no-env"])
        #expect(lenient.status == 0, "\(lenient.errors)")
        #expect(lenient.output.contains("0 warning(s)"))
    }

    @Test func warningsFailOnlyWhereTheyAreDenied() async throws {
        let relay = try Self.relay(pipeline: "stages:\n  - persist\n  - deliver: [session, crm]\n")
        defer { relay.remove() }
        let allowed = try await Self.check(relay, ["--no-env"])
        #expect(allowed.status == 0)
        #expect(allowed.output.contains("warning: \"crm\" has a secret, and nothing signs what goes there"))
        let denied = try await Self.check(relay, ["--no-env", "--deny-warnings"])
        #expect(denied.status == 78)
        #expect(denied.errors.contains("1 warning(s)"))
    }

    @Test func jsonIsOneArrayOfObjects() async throws {
        let relay = try Self.relay(pipeline: "stages:\n  - persist\n  - deliver: [session, cmr]\n")
        defer { relay.remove() }
        let result = try await Self.check(relay, ["--no-env", "--format", "json"])
        #expect(result.status == 78)
        #expect(
            try JSON(parsing: result.output) == [
                [
                    "severity": "error", "code": "unknown-destination",
                    "file": .string(Self.path("pipelines/default.yaml", in: relay)), "line": 3, "column": 24,
                    "length": 3, "message": "there is no destination \"cmr\"", "help": "did you mean \"crm\"?",
                    "source": "  - deliver: [session, cmr]",
                ]
            ])
        try Self.good.write(
            toFile: Self.path("pipelines/default.yaml", in: relay), atomically: true, encoding: .utf8)
        let good = try await Self.check(relay, ["--no-env", "--format", "json"])
        #expect(good.status == 0)
        #expect(try JSON(parsing: good.output) == [])
    }

    @Test func githubGetsOneCommandALine() async throws {
        let relay = try Self.relay(pipeline: "stages:\n  - persist\n  - deliver: [session, cmr]\n")
        defer { relay.remove() }
        let pipeline = Self.path("pipelines/default.yaml", in: relay)
        let result = try await CommandTests().zaphub(["check", pipeline, "--no-env", "--format", "github"])
        #expect(result.status == 78)
        #expect(
            result.output == """
                ::error file=\(pipeline),line=3,col=24,title=zaphub check%3A unknown-destination::there is no destination \
                "cmr"%0Adid you mean "crm"?

                """)
    }

    @Test func aCodeIsExplained() async throws {
        let result = try await CommandTests().zaphub(["explain", "never-true"])
        #expect(result.output == "never-true: A condition is true of no event that comes to it.\n")
    }
}
