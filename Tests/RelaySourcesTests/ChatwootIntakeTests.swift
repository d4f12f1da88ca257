import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelaySources

struct ChatwootIntakeTests {
    /// Follows `lib/webhooks/trigger.rb` of Chatwoot 4.15.1; the values are made up.
    private let body = #"{"event":"message_created","id":1}"#
    private let signature = "sha256=40576aa73761a9447271d55fbb12395ffcbf85c31c501b04efda2841c7e05c29"
    private let signedAt = Timestamp(seconds: 1_767_225_600)

    private func admits(
        _ headers: [String: String], after wait: Duration = .zero, secret: String = "whsec_test", body: String? = nil
    ) -> Bool {
        ChatwootSignatureAuthentication(secret: secret)
            .admits(body: Array((body ?? self.body).utf8), at: signedAt + wait) { headers[$0] }
    }

    @Test func chatwootsSignatureIsChecked() {
        let headers = ["x-chatwoot-timestamp": "1767225600", "x-chatwoot-signature": signature]
        #expect(admits(headers))
        #expect(admits(headers, after: .seconds(300)))
        #expect(!admits(headers, after: .seconds(301)), "an old posting is no news")
        #expect(!admits(headers, after: .seconds(-301)))
        #expect(!admits(headers, secret: "whsec_other"))
        #expect(!admits(headers, body: body + " "))
        #expect(!admits(["x-chatwoot-signature": signature]))
        #expect(!admits(["x-chatwoot-timestamp": "1767225601", "x-chatwoot-signature": signature]))
        #expect(!admits(["x-chatwoot-timestamp": "soon", "x-chatwoot-signature": signature]))
    }

    // MARK: Retries

    private func send(_ message: Int64, isRetry: Bool) -> ParsedEvent {
        var payload: JSONObject = ["chatwoot": ["message": .int(message)]]
        if isRetry { payload["retry"] = true }
        return ParsedEvent(type: .messageSend, session: "demo", payload: payload)
    }

    private func entry(_ message: Int64, _ state: ForwardedMessage.State) -> ForwardingLedgerChange {
        .message(
            ForwardedMessage(
                key: ForwardedMessage.Key(destination: "desk", session: "demo", chat: "a@s", message: "M\(message)"),
                direction: .returned, state: state, remote: message, updatedAt: signedAt
            )
        )
    }

    @Test func onlyWhatWasNotSentIsSentAgain() async throws {
        let ledger = InMemoryForwardingLedger()
        try await ledger.record([entry(1, .sent), entry(2, .intended), entry(3, .failed)])
        var rest = ForwardedMessage(
            key: ForwardedMessage.Key(destination: "desk", session: "demo", chat: "a@s", message: "cw-1-5", part: "1"),
            direction: .returned, state: .failed, remote: 5, updatedAt: signedAt)
        try await ledger.record([.message(rest)])
        rest.key.part = "0"
        rest.state = .sent
        try await ledger.record([.message(rest)])
        let screen = ChatwootResendFilter(ledger: ledger, destinations: ["other", "desk"])
        let events = [
            send(1, isRetry: true), send(2, isRetry: true), send(3, isRetry: true), send(4, isRetry: true),
            send(1, isRetry: false), send(5, isRetry: true),
        ]
        #expect(await screen.news(events) == [events[2], events[3], events[4], events[5]], "5 was sent in part")
    }
}
