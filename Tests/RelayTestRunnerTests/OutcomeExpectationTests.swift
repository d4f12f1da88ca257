import Testing

/// Expectations about outcomes other than deliveries, and about the order.
@Suite struct OutcomeExpectationTests {
    @Test func deadLettersHaveTheirReasons() throws {
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            destinations: { crm: 503, log: 400, session: [dns, connect, tls] }
            expect:
              dead:
                - { to: crm, reason: exhausted, attempts: 3, at: [0s, 2s, 6s], event: message.received }
                - { to: log, reason: exhausted, attempts: 1 }
                - { to: session, reason: exhausted }
              delivered: []
            """
        )
        #expect(report == "1 test, all passed")
        let wrong = try TestProject.report(
            """
            input: \(message("M1"))
            destinations: { crm: 503, log: 200, session: 500 }
            expect:
              dead:
                - { to: crm, reason: refused, attempts: 2 }
                - { to: log }
            """
        )
        #expect(
            wrong == """
                pipelines/default_test.yaml:2: it
                    dead[0].reason
                        expected: refused
                        got:      exhausted
                    dead[0].attempts
                        expected: 2
                        got:      3
                    dead[1]
                        expected: a dead letter of log
                        got:      none; message.received is delivered after 1 attempt
                    dead
                        expected: no further dead letter of session
                        got:      message.received, exhausted after 3 attempts: Webhook returned status 500
                1 test, 1 failed
                """
        )
    }

    private static let failing = """
        stages:
          - id: odd
            filter: { drop: '.payload | error("odd")' }
          - deliver: [crm]

        """

    @Test func aFailedStageIsADeadLetterOfThePipeline() throws {
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            expect: { dead: [{ to: pipeline, by: odd, reason: stage_failed }], nothing: true }
            """,
            pipeline: Self.failing
        )
        #expect(report == "1 test, all passed")
        let wrong = try TestProject.report(
            """
            input: \(message("M1"))
            expect: { delivered: [{ to: crm }], dead: [], dropped: [{ by: odd }] }
            """,
            pipeline: Self.failing
        )
        #expect(wrong.contains("got:      none; message.received failed at odd: The expression failed: "), "\(wrong)")
        #expect(wrong.contains("expected: no further dead letter of pipeline"), "\(wrong)")
        #expect(wrong.contains("expected: a drop by odd"), "\(wrong)")
    }

    @Test func dropsNameTheStageThatDropped() throws {
        let status = message("M1", chat: "status@broadcast")
        let report = try TestProject.report(
            """
            input: [\(status), \(message("M2")), \(message("M2"))]
            expect: { dropped: [{ by: filter, event: message.received }, { by: duplicate }] }
            """
        )
        #expect(report == "1 test, all passed")
        let wrong = try TestProject.report(
            """
            input: [\(status), \(message("M2"))]
            expect: { dropped: [{ by: persist, event: message.sent }, { by: filter }], delivered: [] }
            """
        )
        #expect(
            wrong == """
                pipelines/default_test.yaml:2: it
                    delivered
                        expected: no further delivery to session
                        got:      message.received, delivered after 1 attempt
                    delivered
                        expected: no further delivery to crm
                        got:      message.received, delivered after 1 attempt
                    delivered
                        expected: no further delivery to log
                        got:      message.received, delivered after 1 attempt
                    dropped[0].event
                        expected: message.sent
                        got:      message.received
                    dropped[0].by
                        expected: persist
                        got:      filter (filter: drop is true)
                    dropped[1]
                        expected: a drop by filter
                        got:      none
                1 test, 1 failed
                """
        )
        let unexpected = try TestProject.report("input: \(status)\nexpect: { dropped: [] }")
        #expect(
            unexpected == """
                pipelines/default_test.yaml:2: it
                    dropped
                        expected: no further drop
                        got:      message.received by filter (filter: drop is true)
                1 test, 1 failed
                """
        )
    }

    @Test func nothingMeansNoDeliveryAtAll() throws {
        let dropped = try TestProject.report(
            "input: \(message("M1", chat: "status@broadcast"))\nexpect: { nothing: true }")
        #expect(dropped == "1 test, all passed")
        let sent = try TestProject.report(
            """
            input: \(message("M1"))
            destinations: { crm: 400 }
            expect: { nothing: true }
            """,
            pipeline: "stages:\n  - deliver: [crm]\n"
        )
        #expect(
            sent == """
                pipelines/default_test.yaml:2: it
                    nothing
                        expected: no delivery
                        got:      message.received to crm, dead after 3 attempts (exhausted)
                1 test, 1 failed
                """
        )
    }

    @Test func aChatWaitsForItsFirstDeliveryAndAnotherDoesNot() throws {
        let input =
            "[\(message("A1")), \(message("A2")), \(message("B1", chat: "5511999999002@s.whatsapp.net"))]"
        let report = try TestProject.report(
            """
            input: \(input)
            destinations: { crm: [503, 200] }
            expect:
              delivered:
                - { to: crm, body: { jq: '.payload.messageId == "B1"' }, at: [0s] }
                - { to: crm, body: { jq: '.payload.messageId == "A1"' }, at: [0s, 2s] }
                - { to: crm, body: { jq: '.payload.messageId == "A2"' }, at: [2s] }
            """,
            pipeline: "stages:\n  - deliver: [crm]\n"
        )
        #expect(report == "1 test, all passed")
    }

    @Test func orderIsPerDestinationUnlessItIsAny() throws {
        let test = { (order: String) in
            """
            input: [\(message("A1")), \(message("A2"))]
            expect:
              order: \(order)
              delivered:
                - { to: crm, attempts: 1 }
                - { to: crm, body: { contains: { payload: { messageId: A1 } } } }
            """
        }
        let pipeline = "stages:\n  - deliver: [crm]\n"
        #expect(try TestProject.report(test("any"), pipeline: pipeline) == "1 test, all passed")
        let strict = try TestProject.report(test("destination"), pipeline: pipeline)
        #expect(
            strict == """
                pipelines/default_test.yaml:2: it
                    delivered[1].body.payload.messageId
                        expected: "A1"
                        got:      "A2"
                1 test, 1 failed
                """
        )
    }

    /// Criteria are tested like expressions.
    @Test func whatCriteriaDropIsSeen() throws {
        let pipeline = """
            stages:
              - filter: { keep: { chats: [group], types: [image] } }
              - deliver: [crm]

            """
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            expect: { dropped: { by: filter, event: message.received } }
            """, pipeline: pipeline)
        #expect(report == "1 test, all passed")
    }
}
