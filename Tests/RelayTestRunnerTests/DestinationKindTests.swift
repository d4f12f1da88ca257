import Testing

/// Pipeline tests support every kind of destination, and bodies that are not JSON.
@Suite struct DestinationKindTests {
    private static let config = """
        sources:
          gateway: { transport: http, format: native }
        destinations:
          archive: { type: file, path: data/events.ndjson }
          lines: { type: stdout, timeout: 3s }
          chat:
            type: webhook
            url: https://chat.example.com/hook
            headers: { X-Chat: "{{payload.chatId}}" }
            secret: whsec_Y3JtIGNybSBjcm0gY3JtIGNybSBjcm0h
            body: "{{payload.chatId}} says {{payload.text}}"
          form:
            type: webhook
            url: https://form.example.com/hook
            content_type: application/x-www-form-urlencoded
            body: "text={{payload.text}}"

        """

    private func report(_ test: String) throws -> String {
        let lines = test.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
        return try TestProject([
            "config.yaml": Self.config,
            "pipelines/default.yaml": """
            stages:
              - sign: standard_webhooks
              - deliver: [archive, lines, chat, form]
            """,
            "pipelines/default_test.yaml": "tests:\n  - name: it\n" + lines,
        ]).report()
    }

    @Test func everyKindHasAScriptAndABody() throws {
        let report = try report(
            """
            input: \(message("M1", text: "Hi & bye"))
            destinations: { archive: [reset, 503, 200], lines: [timeout, 200], chat: [503, 200] }
            expect:
              delivered:
                - { to: archive, attempts: 3, at: [0s, 2s, 6s], signed: false, body: { jq: '.payload.text == "Hi & bye"' } }
                - { to: lines, attempts: 2, at: [0s, 5s], body: { contains: { payload: { messageId: M1 } } } }
                - to: chat
                  attempts: 2
                  signed: true
                  headers: { X-Chat: 5511999999001@s.whatsapp.net, Content-Type: text/plain; charset=utf-8 }
                  body:
                    equals: 5511999999001@s.whatsapp.net says Hi & bye
                    contains: says Hi
                    pattern: '^\\d+@s\\.whatsapp\\.net says'
                - { to: form, body: { equals: text=Hi+%26+bye }, headers: { Content-Type: application/x-www-form-urlencoded } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    private static let text = """
        { event: message.received, sessionId: main, id: M1, payload: { messageId: M1, type: text, \
        chatId: 5511999999001@s.whatsapp.net, content: { text: "Hi *you*" } } }
        """

    /// The requests to Chatwoot that precede a message need no script.
    @Test func aChatwootGetsItsMessages() throws {
        let report = try TestProject([
            "config.yaml": """
            sources:
              gateway: { transport: http, format: native }
            destinations:
              desk: { type: chatwoot, url: "https://desk.example.com", account: 1, inbox: 7, token: t0k3n }

            """,
            "pipelines/default.yaml": "stages: [{ deliver: [desk] }]",
            "pipelines/default_test.yaml": """
            tests:
              - name: it
                input: \(Self.text)
                destinations: { desk: [429, 200] }
                expect:
                  delivered:
                    - to: desk
                      attempts: 2
                      signed: false
                      headers: { api-access-token: t0k3n }
                      body: { contains: { source_id: WAID:M1, message_type: incoming } }
              - name: refused
                input: \(Self.text)
                destinations: { desk: 422 }
                expect: { dead: [{ to: desk, reason: refused }] }
            """,
        ]).report()
        #expect(report == "2 tests, all passed")
    }

    @Test func aTextThatDiffersIsReportedWithWhatCame() throws {
        let report = try report(
            """
            input: \(message("M1", text: "Hi"))
            destinations: { archive: 503 }
            expect:
              dead: [{ to: archive, reason: exhausted, attempts: 2 }]
              delivered:
                - { to: lines }
                - { to: chat, body: { equals: Hello, contains: Bye, pattern: Bye, jq: '.a' } }
                - { to: form, body: { equals: { text: Hi } } }
            """
        )
        for line in [
            "dead[0].attempts", "delivered[1].body", "5511999999001@s.whatsapp.net says Hi", "a body that is no JSON",
            "delivered[1].body.pattern", "delivered[2].body", "text=Hi",
        ] {
            #expect(report.contains(line), "\(line) in:\n\(report)")
        }
    }
}
