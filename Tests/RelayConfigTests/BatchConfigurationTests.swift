import RelayConfig
import RelayCore
import Testing

@Suite struct BatchConfigurationTests {
    private func batch(_ options: String) throws -> BatchPolicy? {
        try ConfigurationKindRegistry.testing.destination(
            yaml: "{ type: webhook, url: https://x.example.com\(options) }"
        )
        .settings.batch
    }

    @Test func aDestinationTakesBatchesWhenItIsReportedTo() throws {
        #expect(try batch("") == nil)
        #expect(try batch(", batch: {}") == BatchPolicy(maxEvents: 100, maxWait: .seconds(2), maxBytes: 1 << 20))
        let own = BatchPolicy(maxEvents: 20, maxWait: .milliseconds(500), maxBytes: 64 << 10)
        #expect(try batch(", batch: { max_events: 20, max_wait: 500ms, max_bytes: 64KiB }") == own)
    }

    @Test func mistakesInABatchAreReported() {
        let report = Workspace.config(
            """
            destinations:
              crm: { type: webhook, url: https://x.example.com, batch: { max_events: 0, max_wait: 2, max_byte: 1MiB } }
              erp: { type: webhook, url: https://x.example.com, batch: 100 }
              cw:
                type: chatwoot
                url: https://chat.example.com
                api_token: t
                inbox_id: 1
                batch: { max_events: 10 }

            """
        ).report()
        #expect(
            report == """
                config.yaml:2:74: error: "max_events" must be a whole number from 1 to 1000, not "0"
                   2 |   crm: { type: webhook, url: https://x.example.com, batch: { max_events: 0, max_wait: 2, max_byte: 1MiB } }
                     |                                                                          ^
                config.yaml:2:87: error: "max_wait" needs a unit
                   2 |   crm: { type: webhook, url: https://x.example.com, batch: { max_events: 0, max_wait: 2, max_byte: 1MiB } }
                     |                                                                                       ^ help: write 2s for seconds or 2ms for milliseconds
                config.yaml:2:90: error: batch has no option "max_byte"
                   2 |   crm: { type: webhook, url: https://x.example.com, batch: { max_events: 0, max_wait: 2, max_byte: 1MiB } }
                     |                                                                                          ^ help: did you mean "max_bytes"?
                config.yaml:3:60: error: batch takes a map of options
                   3 |   erp: { type: webhook, url: https://x.example.com, batch: 100 }
                     |                                                            ^ help: write { max_events: … }
                config.yaml:9:12: error: destination "cw" cannot have "batch": type chatwoot takes one delivery at a time
                   9 |     batch: { max_events: 10 }
                     |            ^ help: remove it
                5 errors, 0 warnings
                """)
    }

    @Test func aPolicyWithOneAttemptIsWarnedOf() {
        let report = Workspace.config(
            """
            destinations:
              crm: { type: webhook, url: https://x.example.com, retry: { max_attempts: 1 }, batch: {} }

            """
        ).report()
        #expect(report.contains("config.yaml:2:88: warning: with max_attempts 1"), "\(report)")
        #expect(report.contains("two attempts or more"), "\(report)")
    }
}
