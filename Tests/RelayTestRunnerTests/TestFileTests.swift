import RelayConfig
import RelayTestRunner
import Testing

/// The locations of tests, and the messages for invalid tests.
@Suite struct TestFileTests {
    private static let passing = "{ name: in the pipeline, input: \(message("M1")), expect: { dropped: [] } }"

    @Test func testsStandInPipelinesAndInFilesOfTheirOwn() throws {
        let project = try TestProject(
            pipeline: TestProject.stages + "tests:\n  - \(Self.passing)\n",
            files: [
                "pipelines/default_test.yaml": "tests:\n  - \(Self.passing)\n  - \(Self.passing)\n",
                "pipelines/odd_test.yaml": "pipeline: default\ntests:\n  - \(Self.passing)\n",
                "elsewhere/more.yaml": "pipeline: default\ntests:\n  - \(Self.passing)\n",
            ]
        )
        #expect(try project.suite().count == 4)
        #expect(try project.suite(["pipelines/default.yaml"]).count == 1)
        #expect(try project.suite(["pipelines/default_test.yaml", "elsewhere/more.yaml"]).count == 3)
    }

    @Test func inputComesInlineByPathAndInLists() throws {
        let project = try TestProject(
            pipeline: "stages:\n  - deliver: [crm]\n",
            files: [
                "events/one.json": #"{"event":"message.received","sessionId":"a","payload":{"n":1}}"#,
                "events/two.ndjson": """
                {"event":"message.received","sessionId":"a","payload":{"n":2}}

                {"event":"message.received","sessionId":"a","payload":{"n":3}}

                """,
                "pipelines/default_test.yaml": """
                tests:
                  - name: every way
                    input:
                      - ../events/one.json
                      - ../events/two.ndjson
                      - { event: message.received, sessionId: a, payload: { n: 4 } }
                      - '{"event": "message.received", "sessionId": "a", "payload": {"n": 5}}'
                    expect:
                      delivered:
                        - { to: crm, body: { jq: '.payload.n == 1' } }
                        - { to: crm, body: { jq: '.payload.n == 2' } }
                        - { to: crm, body: { jq: '.payload.n == 3' } }
                        - { to: crm, body: { jq: '.payload.n == 4' } }
                        - { to: crm, body: { jq: '.payload.n == 5' } }
                  - name: one
                    input: ../events/one.json
                    expect: { delivered: [{ to: crm }] }
                """,
            ]
        )
        #expect(try project.report() == "2 tests, all passed")
        #expect(try project.report(only: "every") == "1 test, all passed")
        #expect(try project.report(only: "none of") == "No test has \"none of\" in its name.")
        #expect(try project.suite().run(only: "none of").isGood == false)
    }

    @Test func theSessionIsTheTestsOrTheDocumentsOrTheSources() throws {
        let document =
            #"{"event":"messages.upsert","data":{"messages":[{"key":{"remoteJid":"5511999999001@s.whatsapp.net","#
            + #""fromMe":false,"id":"3EB0C767D097B7C0A001"},"messageTimestamp":1763030000,"#
            + #""message":{"conversation":"Hello"}}],"type":"notify"}}"#
        let project = try TestProject(
            pipeline: "stages:\n  - deliver: [crm]\n",
            files: [
                "pipelines/default_test.yaml": """
                tests:
                  - name: the source's
                    source: baileys
                    input: '\(document)'
                    expect: { delivered: [{ to: crm, headers: { X-ZapHub-Session: main } }] }
                  - name: the test's
                    source: baileys
                    session: other
                    input: '\(document)'
                    expect: { delivered: [{ to: crm, headers: { X-ZapHub-Session: other } }] }
                  - name: none
                    input: { event: message.received, payload: {} }
                    expect: { delivered: [{ to: crm, headers: { X-ZapHub-Session: test } }] }
                  - name: the document's
                    input: { event: message.received, sessionId: own, payload: {} }
                    expect: { delivered: [{ to: crm, headers: { X-ZapHub-Session: own } }] }
                """
            ]
        )
        #expect(try project.report() == "4 tests, all passed")
    }

    @Test func aDocumentThatIsNotTakenFails() throws {
        let report = try TestProject.report("input: { event: 5 }\nexpect: { nothing: true }")
        #expect(
            report == """
                pipelines/default_test.yaml:2: it
                    input
                        expected: documents of the format native
                        got:      input is not taken: "event" must be a type like "message.received": words of a-z, 0-9 and _, joined by dots. (at /event)
                1 test, 1 failed
                """
        )
    }

    /// Otherwise a test that expects `nothing` would pass whatever the pipeline does.
    @Test func aDocumentOfWhichNothingIsMadeFails() throws {
        let report = try TestProject.report("source: baileys\ninput: \(message("M1"))\nexpect: { nothing: true }")
        #expect(
            report == """
                pipelines/default_test.yaml:2: it
                    input
                        expected: documents of the format baileys
                        got:      nothing in it makes an event; is the test's `source` right?
                1 test, 1 failed
                """
        )
    }

    @Test func everyMistakeIsReportedAtOnceWithItsPlace() throws {
        let project = try TestProject(
            pipeline: TestProject.stages,
            files: [
                "pipelines/default_test.yaml": """
                tests:
                  - nam: x
                    source: bailey
                    session: a b
                    input: missing.json
                    destinations: { cmr: 503, crm: [tiemout, 99], log: { status: 99, heders: {} } }
                    expect:
                      delivered: [{ to: sesion, at: [0], body: {} }, { to: crm, body: { jq: '.a == (' } }]
                      dead: [{ to: crm, reason: exausted, by: filter }]
                      dropped: [{ by: filtr }]
                  - name: nothing
                    input: {}
                    expect: {}
                  - name: a pattern
                    input: 'no.json'
                    expect: { delivered: [{ to: crm, body: { pattern: '(' } }] }
                  - name: both
                    input: []
                    expect: { nothing: true, delivered: [{ to: crm }] }
                """
            ]
        )
        let report = try project.report()
        #expect(
            report == """
                pipelines/default_test.yaml:2:5: error: a test has no option "nam"
                   2 |   - nam: x
                     |     ^ help: did you mean "name"?
                pipelines/default_test.yaml:2:5: error: a test needs "name"
                   2 |   - nam: x
                     |     ^ help: add name: text
                pipelines/default_test.yaml:3:13: error: there is no source "bailey"
                   3 |     source: bailey
                     |             ^ help: did you mean "baileys"?
                pipelines/default_test.yaml:4:14: error: "session" is no session's name
                   4 |     session: a b
                     |              ^ help: use letters, digits and . _ : @ + -
                pipelines/default_test.yaml:5:12: error: "missing.json" cannot be read: No such file or directory
                   5 |     input: missing.json
                     |            ^ help: paths are relative to the folder of this file
                pipelines/default_test.yaml:6:21: error: destinations has no option "cmr"
                   6 |     destinations: { cmr: 503, crm: [tiemout, 99], log: { status: 99, heders: {} } }
                     |                     ^ help: did you mean "crm"?
                pipelines/default_test.yaml:6:37: error: there is no answer "tiemout"
                   6 |     destinations: { cmr: 503, crm: [tiemout, 99], log: { status: 99, heders: {} } }
                     |                                     ^ help: did you mean "timeout"?
                pipelines/default_test.yaml:6:46: error: there is no status 99
                   6 |     destinations: { cmr: 503, crm: [tiemout, 99], log: { status: 99, heders: {} } }
                     |                                              ^ help: write one from 200 to 599
                pipelines/default_test.yaml:6:66: error: "status" must be a whole number from 200 to 599, not "99"
                   6 |     destinations: { cmr: 503, crm: [tiemout, 99], log: { status: 99, heders: {} } }
                     |                                                                  ^
                pipelines/default_test.yaml:6:70: error: an answer has no option "heders"
                   6 |     destinations: { cmr: 503, crm: [tiemout, 99], log: { status: 99, heders: {} } }
                     |                                                                      ^ help: did you mean "headers"?
                pipelines/default_test.yaml:8:25: error: there is no destination "sesion"
                   8 |       delivered: [{ to: sesion, at: [0], body: {} }, { to: crm, body: { jq: '.a == (' } }]
                     |                         ^ help: did you mean "session"?
                pipelines/default_test.yaml:8:38: error: "at" needs a unit
                   8 |       delivered: [{ to: sesion, at: [0], body: {} }, { to: crm, body: { jq: '.a == (' } }]
                     |                                      ^ help: write 0s for seconds or 0ms for milliseconds
                pipelines/default_test.yaml:8:48: error: "body" says nothing
                   8 |       delivered: [{ to: sesion, at: [0], body: {} }, { to: crm, body: { jq: '.a == (' } }]
                     |                                                ^ help: write equals, contains, jq or pattern
                pipelines/default_test.yaml:8:85: error: "jq" is no jq expression: syntax error: unexpected end of the expression, expected an expression
                   8 |       delivered: [{ to: sesion, at: [0], body: {} }, { to: crm, body: { jq: '.a == (' } }]
                     |                                                                                     ^
                pipelines/default_test.yaml:9:33: error: "reason" must be exhausted, refused, expired, blocked_destination, invalid_request, interrupted, stage_failed or crashed, not "exausted"
                   9 |       dead: [{ to: crm, reason: exausted, by: filter }]
                     |                                 ^ help: did you mean "exhausted"?
                pipelines/default_test.yaml:10:23: error: there is no stage "filtr"
                  10 |       dropped: [{ by: filtr }]
                     |                       ^ help: did you mean "filter"?
                pipelines/default_test.yaml:13:13: error: "expect" expects nothing
                  13 |     expect: {}
                     |             ^ help: write delivered, dead, dropped or nothing: true
                pipelines/default_test.yaml:15:12: error: "no.json" cannot be read: No such file or directory
                  15 |     input: 'no.json'
                     |            ^ help: paths are relative to the folder of this file
                pipelines/default_test.yaml:16:55: error: "pattern" is no regular expression: expected ')'
                  16 |     expect: { delivered: [{ to: crm, body: { pattern: '(' } }] }
                     |                                                       ^
                pipelines/default_test.yaml:18:12: error: "input" is empty
                  18 |     input: []
                     |            ^ help: name a file, or write the document
                pipelines/default_test.yaml:19:24: error: "nothing" and "delivered" cannot both be
                  19 |     expect: { nothing: true, delivered: [{ to: crm }] }
                     |                        ^ help: keep one of them
                21 errors, 0 warnings
                """
        )
    }

    @Test func aFileWithoutItsPipelineIsAMistake() throws {
        let project = try TestProject(
            pipeline: TestProject.stages,
            files: [
                "pipelines/sales_test.yaml": "tests: []\n",
                "pipelines/odd_test.yaml": "pipeline: defualt\ntests: 5\n",
            ]
        )
        let report = try project.report()
        #expect(
            report == """
                pipelines/odd_test.yaml:1:11: error: there is no pipeline "defualt"
                   1 | pipeline: defualt
                     |           ^ help: did you mean "default"?
                pipelines/sales_test.yaml:1:1: error: there is no pipeline "sales"
                   1 | tests: []
                     | ^ help: add pipeline: default
                2 errors, 0 warnings
                """
        )
        let missing = try project.report(["no.yaml"])
        #expect(
            missing == """
                no.yaml: error: the file cannot be read: No such file or directory
                     = help: name a pipeline's file, or a file of tests
                1 error, 0 warnings
                """
        )
    }

    @Test func withoutItsInputATestCanStillBeJudged() throws {
        let test = "tests:\n  - { name: x, input: gone.json, expect: { nothing: true } }\n"
        let project = try TestProject(pipeline: TestProject.stages, files: ["pipelines/default_test.yaml": test])
        #expect(try project.suite(readsInput: false).count == 1)
        #expect(throws: InvalidConfigurationError.self) { try project.suite() }
    }
}
