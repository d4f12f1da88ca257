import Testing

/// Destinations that accept several deliveries in one request.
@Suite struct BatchDeliveryTests {
    private static let config = """
        sources:
          gateway: { transport: http, format: native }
        destinations:
          crm:
            type: webhook
            url: https://crm.example.com/hook
            secret: whsec_Y3JtIGNybSBjcm0gY3JtIGNybSBjcm0h
            batch: { max_events: 3, max_wait: 5s }

        """

    private func report(_ test: String) throws -> String {
        let lines = test.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
        return try TestProject([
            "config.yaml": Self.config,
            "pipelines/default.yaml": "stages:\n  - sign: standard_webhooks\n  - deliver: crm\n",
            "pipelines/default_test.yaml": "tests:\n  - name: it\n" + lines,
        ]).report()
    }

    @Test func eachDeliveryIsJudgedByItself() throws {
        let report = try report(
            """
            input:
              - \(message("M1", text: "one"))
              - \(message("M2", text: "two"))
              - \(message("M3", chat: "5511999999002@s.whatsapp.net", text: "three"))
              - \(message("M4", text: "four"))
            destinations: { crm: [503, 200] }
            expect:
              delivered:
                - to: crm
                  at: [0s, 2s]
                  headers: { X-ZapHub-Batch: "3" }
                  body: { contains: { payload: { text: one } } }
                  signed: true
                - { to: crm, at: [0s, 2s], body: { jq: '.payload.text == "two"' }, signed: true }
                - { to: crm, at: [0s, 2s], body: { jq: '.payload.text == "three"' }, signed: true }
                - { to: crm, at: [7s], headers: { X-ZapHub-Batch: "1" }, body: { jq: '.payload.text == "four"' } }
            """
        )
        #expect(report == "1 test, all passed")
    }

    @Test func aRefusedBatchIsTakenApart() throws {
        let report = try report(
            """
            input:
              - \(message("M1", text: "one"))
              - \(message("M2", chat: "5511999999002@s.whatsapp.net", text: "two"))
              - \(message("M3", chat: "5511999999003@s.whatsapp.net", text: "three"))
            destinations: { crm: [422, 200, 422, 200, 422] }
            expect:
              delivered:
                - { to: crm, attempts: 2, at: [0s, 0s], body: { jq: '.payload.text == "one"' } }
                - { to: crm, attempts: 2, at: [0s, 0s], body: { jq: '.payload.text == "three"' } }
              dead:
                - { to: crm, attempts: 3, reason: exhausted }
            """
        )
        #expect(report == "1 test, all passed")
    }
}
