import Foundation
import RelayConfig
import RelayTestRunner
import Testing

/// Hundreds of tests, and the machine-readable reports.
@Suite struct PipelineTestReportTests {
    /// 200 tests with two destinations and retries, each with a different expression.
    @Test func twoHundredTestsHaveTheSameReportEveryTime() throws {
        let tests = (1...200).map { number in
            """
              - name: test \(number)
                input: [\(message("A\(number)")), \(message("B\(number)", chat: "5511999999002@s.whatsapp.net"))]
                destinations: { crm: [503, timeout, 200], session: [reset, 200] }
                expect:
                  delivered:
                    - { to: crm, body: { jq: '.payload.messageId | endswith("\(number)")' } }
                    - { to: crm }
                    - { to: session, attempts: 2, at: [0s, 2s], signed: true }
                    - { to: session, signed: true }
                  order: any

            """
        }
        let project = try TestProject(
            pipeline: """
                stages:
                  - persist
                  - sign: standard_webhooks
                  - deliver: [session, crm]

                """,
            files: ["pipelines/default_test.yaml": "tests:\n" + tests.joined()]
        )
        let configuration = try project.configuration()
        let start = ContinuousClock.now
        let suite = try project.suite()
        let read = ContinuousClock.now
        let first = suite.run()
        print("200 tests: read in \(read - start), run in \(ContinuousClock.now - read)")
        #expect(first.text == "200 tests, all passed")
        #expect(suite.run().text == first.text)
        #expect(configuration.pipelines.count == 1)
    }

    @Test func aReportForMachinesHasEveryTest() throws {
        let project = try TestProject(
            pipeline: "stages:\n  - deliver: [crm]\n",
            files: [
                "pipelines/default_test.yaml": """
                tests:
                  - name: good & <well>
                    input: \(message("M1"))
                    expect: { delivered: [{ to: crm }] }
                  - name: bad
                    input: \(message("M1", text: "a<b"))
                    expect: { delivered: [{ to: crm, attempts: 2, body: { contains: { payload: { text: "\\"&" } } } }] }
                """
            ]
        )
        let report = try project.suite().run()
        let xml = report.junit.replacing(project.folder.path + "/", with: "").replacing(
            /time="[^"]*"/, with: "time=\"\"")
        #expect(report.failures == 1)
        #expect(
            xml == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites name="zaphub" tests="2" failures="1" errors="0" time="">
                  <testsuite name="pipelines/default_test.yaml" tests="2" failures="1" errors="0" time="">
                    <testcase name="good &amp; &lt;well&gt;" classname="pipelines/default_test.yaml" file="pipelines/default_test.yaml" line="2" time=""/>
                    <testcase name="bad" classname="pipelines/default_test.yaml" file="pipelines/default_test.yaml" line="5" time="">
                      <failure message="delivered[0].attempts: expected 2, got 1">delivered[0].attempts
                    expected: 2
                    got:      1
                delivered[0].body.payload.text
                    expected: &quot;\\&quot;&amp;&quot;
                    got:      &quot;a&lt;b&quot;</failure>
                    </testcase>
                  </testsuite>
                </testsuites>

                """
        )
    }
}
