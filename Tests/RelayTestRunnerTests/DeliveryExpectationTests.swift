import Testing

/// Expectations about deliveries: each kind can succeed, and its failure reports the actual result.
@Suite struct DeliveryExpectationTests {
    @Test func everyKindOfExpectationHolds() throws {
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            destinations: { crm: [503, 200], log: { status: 201 }, session: [timeout, { status: 429, headers: { Retry-After: "30" } }, 200] }
            expect:
              delivered:
                - to: crm
                  event: message.received
                  attempts: 2
                  at: [0s, 2s]
                  headers: { X-Team: sales, x-zaphub-event: message.received, X-ZapHub-Delivery: "/^webhook-main-[a-z.]+-[0-9]+-/" }
                  body:
                    contains: { payload: { text: Hello } }
                    jq: '.payload.chatId | endswith("@s.whatsapp.net")'
                    pattern: '"text":"Hel+o"'
                  signed: true
                - { to: log, attempts: 1, signed: false }
                - { to: session, attempts: 3, at: [0s, 12s, 42s], signed: true }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func whatDiffersIsReportedWithWhatCame() throws {
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            destinations: { crm: [503, 200] }
            expect:
              delivered:
                - to: crm
                  event: message.sent
                  attempts: 1
                  at: [0s]
                  headers: { X-Team: support, X-Region: south, Content-Type: "/^text/" }
                  body:
                    contains: { payload: { text: Bye, chatId: 5511999999001@s.whatsapp.net, name: Maria } }
                    jq: '.payload.name == "Maria"'
                    pattern: 'Bye'
                  signed: false
                - { to: log, signed: true }
                - { to: session }
            """
        )
        let body =
            #"{"event":"message.received","sessionId":"main","payload":{"messageId":"M1","#
            + #""chatId":"5511999999001@s.whatsapp.net","text":"Hello"},"timestamp":"2025-11-13T10:30:00.000Z","#
            + #""deliveryId":"webhook-main-message.received-1763029800-"#
        #expect(
            report.replacing(/-1763029800-[0-9a-z]{13}"}/, with: "-1763029800-") == """
                pipelines/default_test.yaml:2: it
                    delivered[0].event
                        expected: message.sent
                        got:      message.received
                    delivered[0].attempts
                        expected: 1
                        got:      2
                    delivered[0].at
                        expected: [0s]
                        got:      [0s, 2s]
                    delivered[0].headers.Content-Type
                        expected: /^text/
                        got:      application/json
                    delivered[0].headers.X-Region
                        expected: south
                        got:      no such header
                    delivered[0].headers.X-Team
                        expected: support
                        got:      sales
                    delivered[0].body.payload.text
                        expected: "Bye"
                        got:      "Hello"
                    delivered[0].body.payload.name
                        expected: "Maria"
                        got:      nothing
                    delivered[0].body.jq
                        expected: .payload.name == "Maria"
                        got:      not so: \(body)
                    delivered[0].body.pattern
                        expected: Bye
                        got:      not in: \(body)
                    delivered[0].signed
                        expected: no signature
                        got:      signatures that fit
                    delivered[1].signed
                        expected: signatures that fit
                        got:      no signature
                1 test, 1 failed
                """
        )
    }

    @Test func missingDeliveriesAreReportedWithWhatBecameOfThem() throws {
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            destinations: { crm: 503, log: [reset], session: 410 }
            expect: { delivered: [{ to: crm }, { to: log }, { to: session }] }
            """
        )
        #expect(
            report == """
                pipelines/default_test.yaml:2: it
                    delivered[0]
                        expected: a delivery to crm
                        got:      none; message.received is dead after 3 attempts (exhausted)
                    delivered[1]
                        expected: a delivery to log
                        got:      none; message.received is dead after 1 attempt (exhausted)
                    delivered[2]
                        expected: a delivery to session
                        got:      none; message.received is still waiting after 1 attempt (Webhook returned status 410 Gone; it is paused until somebody resumes it)
                1 test, 1 failed
                """
        )
    }

    @Test func furtherDeliveriesFail() throws {
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            expect: { delivered: [{ to: crm }] }
            """
        )
        #expect(
            report == """
                pipelines/default_test.yaml:2: it
                    delivered
                        expected: no further delivery to session
                        got:      message.received, delivered after 1 attempt
                    delivered
                        expected: no further delivery to log
                        got:      message.received, delivered after 1 attempt
                1 test, 1 failed
                """
        )
    }

    @Test func aWholeBodyIsCompared() throws {
        let pipeline = "stages:\n  - deliver: [crm]\n"
        let whole = """
            input: \(message("M1"))
            expect:
              delivered:
                - to: crm
                  body:
                    equals:
                      event: message.received
                      sessionId: main
                      payload: { messageId: M1, chatId: 5511999999001@s.whatsapp.net, text: Hello }
                      timestamp: "2025-11-13T10:30:00.000Z"
                      deliveryId: webhook-main-message.received-1763029800-1k9yc7n200001
            """
        let report = try TestProject.report(whole, pipeline: pipeline)
        #expect(report == "1 test, all passed")
        let less = try TestProject.report(
            whole.replacing("timestamp: \"2025-11-13T10:30:00.000Z\"", with: "x: 1"), pipeline: pipeline)
        #expect(
            less == """
                pipelines/default_test.yaml:2: it
                    delivered[0].body.x
                        expected: 1
                        got:      nothing
                    delivered[0].body.timestamp
                        expected: nothing
                        got:      "2025-11-13T10:30:00.000Z"
                1 test, 1 failed
                """
        )
    }

    @Test func aBodySignedWithAnHMACIsChecked() throws {
        let pipeline = """
            stages:
              - sign: { scheme: hmac, header: X-Hub-Signature-256 }
              - deliver: [crm]
            """
        let report = try TestProject.report(
            """
            input: \(message("M1"))
            expect: { delivered: [{ to: crm, signed: true }] }
            """,
            pipeline: pipeline
        )
        #expect(report == "1 test, all passed")
    }

    @Test func noReportShowsCredentials() throws {
        let config = TestProject.config.replacing("{ X-Team: sales }", with: "{ Authorization: Bearer tomato }")
        let test = """
            tests:
              - name: it
                input: \(message("M1"))
                expect: { delivered: [{ to: crm, headers: { Authorization: Bearer carrot, X-Api-Key: potato } }] }
            """
        let project = try TestProject([
            "config.yaml": config,
            "pipelines/default.yaml": "stages:\n  - deliver: [crm]\n",
            "pipelines/default_test.yaml": test,
        ])
        #expect(
            try project.report() == """
                pipelines/default_test.yaml:2: it
                    delivered[0].headers.Authorization
                        expected: ***
                        got:      another value
                    delivered[0].headers.X-Api-Key
                        expected: ***
                        got:      no such header
                1 test, 1 failed
                """
        )
    }
}
