import RelayTesting

/// A relay process that forwards to an inbox of a Chatwoot double.
struct ChatwootInboxFixture: Sendable {
    let chatwoot: ChatwootDouble
    let relay: RelayProcess
}

/// - Parameters:
///   - sources: additional sources, lines of YAML.
///   - options: additional options of the destination `desk`, which forwards to the inbox.
///   - destinations: additional destinations, lines of YAML.
///   - names: the destinations to which the pipeline delivers.
func withChatwootInbox(
    sources: String = "",
    options: String = "",
    destinations: String = "",
    deliveringTo names: String = "desk",
    _ body: (ChatwootInboxFixture) async throws -> Void
) async throws {
    var limits = ChatwootDouble.Options()
    limits.limits = .none
    let chatwoot = ChatwootDouble(options: limits)
    let url = try await chatwoot.start()
    let account = chatwoot.addAccount()
    let agent = chatwoot.addUser(in: account.id, role: .administrator)
    let inbox = chatwoot.addInbox(in: account.id)
    let extra = """
        destinations:
        \(destinations)
          desk:
            type: chatwoot
            url: \(url)
            account: \(account.id)
            inbox: \(inbox.id)
            token: "${CHATWOOT_TOKEN}"
            retry: patient
            timeout: 5s
            \(options)
        """
    let relay = try RelayProcess(
        configuration: RelayProcess.configuration(extra: extra).replacing("sources:\n", with: "sources:\n\(sources)"),
        pipeline: RelayProcess.pipeline.replacing("[session]", with: "[\(names)]"),
        environment: ["CHATWOOT_TOKEN": agent.token])
    defer {
        relay.remove()
        chatwoot.stop()
    }
    try await body(ChatwootInboxFixture(chatwoot: chatwoot, relay: relay))
}
