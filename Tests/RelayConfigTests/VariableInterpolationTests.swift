import RelayConfig
import Testing

@Suite struct VariableInterpolationTests {
    /// The region of an S3 store, which may be any text.
    static func text(_ written: String, _ environment: [String: String] = [:]) throws -> String? {
        let config = """
            media:
              store: s3://bucket
              s3:
                endpoint: https://s3.example
                access_key: a
                secret_key: b
                region: \(written)

            """
        return try Workspace.config(config).load(environment).configuration.media.s3?.region
    }

    @Test(arguments: [
        ("${A}", ["A": "x"], "x"),
        ("pre-${A}-post", ["A": "x"], "pre-x-post"),
        ("${A}${B}", ["A": "x", "B": "y"], "xy"),
        ("${A:-d}", [:], "d"),
        ("${A:-d}", ["A": ""], "d"),
        ("${A:-d}", ["A": "x"], "x"),
        ("${A:-${B}}", ["B": "y"], "y"),
        ("${A:-${B:-z}}", [:], "z"),
        ("${A:?missing}", ["A": "x"], "x"),
        ("\"${A:-http://h/p?q=1}\"", [:], "http://h/p?q=1"),
        ("$$", [:], "$"),
        ("$${A}", ["A": "x"], "${A}"),
        ("$A", ["A": "x"], "$A"),
        ("cost$", [:], "cost$"),
        ("'${A}'", ["A": "it's"], "it's"),
        ("\"${A}\"", ["A": "x"], "x"),
        ("${A}", ["A": "{ format: gowa }"], "{ format: gowa }"),
        ("${A}", ["A": "- x\n- y"], "- x\n- y"),
        ("${A}", ["A": "null"], "null"),
        ("${A}", ["A": "# no comment"], "# no comment"),
        ("${A}", ["A": "${B}"], "${B}"),
        ("${A}", ["A": "ção ✓"], "ção ✓"),
    ])
    func aScalarIsResolvedAfterTheParse(written: String, environment: [String: String], expected: String) throws {
        #expect(try Self.text(written, environment) == expected)
    }

    @Test func keysAreNeverResolved() throws {
        let report = Workspace.config("${A}: 1\n").report(["A": "server"])
        #expect(report.contains("the configuration has no option \"${A}\""))
    }

    @Test func numbersAndDurationsMayComeFromVariables() throws {
        let config = """
            delivery: { max_in_flight: "${N}", shutdown_grace: "${GRACE}" }
            """
        let delivery = try Workspace.config(config).load(["N": "7", "GRACE": "3s"]).configuration.delivery
        #expect(delivery.maxInFlight == 7)
        #expect(delivery.shutdownGrace == .seconds(3))
    }

    @Test func aFileIsReadWithoutItsLastLineBreak() throws {
        let workspace = Workspace.config(
            "sources: { a: { transport: http, format: waha, session: \"${file:key}\" } }\n")
        workspace.write("key", "s3cret\n")
        #expect(try workspace.load().configuration.sources[0].session == "s3cret")
    }

    @Test func testsAreLeftUnread() throws {
        let pipeline = Workspace.pipeline + "tests:\n  - input: ${NOT_SET}\n"
        _ = try Workspace.config("version: 1\n", pipeline: pipeline).load()
    }

    @Test func aResolvedValueIsNeverQuoted() {
        let report = Workspace.config("delivery:\n  max_in_flight: ${N}\n").report(["N": "hunter2"])
        #expect(!report.contains("hunter2"))
        #expect(report.contains("not \"${N}\""))
    }

    @Test func aLiteralSecretIsBlottedOutOfSourceLines() {
        let config = """
            destinations:
              crm: { type: webhook, url: https://crm.example.com, secret: hunter2, tiemout: 3s }
            """
        let report = Workspace.config(config).report()
        #expect(!report.contains("hunter2"))
        #expect(report.contains("secret: *******, tiemout"))
    }
}
