package import RelayChatwoot
package import RelayConfig
package import RelayCore

extension ChatwootDestinationOptions: CheckableDestinationKind {
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        let configuration = environment.configuration
        let check = ChatwootDoctorCheck(
            self,
            timeout: common.timeout,
            sender: environment.sender,
            publicURL: configuration.server.publicURL,
            incomingSources: configuration.sources.compactMap { ChatwootDoctorCheck.IncomingSource($0) },
            makesMissing: environment.repairs.contains(.missing),
            changesSettings: environment.repairs.contains(.settings)
        )
        return await check.findings() + senders(common.name, in: configuration)
    }

    /// Whether agents learn what came of what they wrote.
    private func senders(_ name: String, in configuration: RelayConfiguration) -> [DoctorFinding] {
        let takesAgents = configuration.sources.contains { $0.format.name == "chatwoot" }
        let senders = configuration.destinations.compactMap { $0.options as? WhatsAppDestinationOptions }
        guard takesAgents, !senders.contains(where: { $0.reportsTo == name }) else { return [] }
        guard senders.isEmpty else {
            return [
                DoctorFinding(
                    .warning,
                    "no destination of the type whatsapp reports here: agents see no receipts, and their own "
                        + "messages come back",
                    fix: "add reports_to: \(name) to it")
            ]
        }
        return [
            DoctorFinding(
                .warning, "no destination has the type whatsapp: what agents write goes nowhere",
                fix: "add one, with your gateway as provider: and reports_to: \(name)")
        ]
    }
}

extension ChatwootDoctorCheck.IncomingSource {
    fileprivate init?(_ source: RelayConfiguration.Source) {
        guard source.format.name == "chatwoot", source.transport.takesPosts else { return nil }
        let authentication = source.transport.authentication
        self.init(
            name: source.name, session: source.session, secret: authentication?.issuedSecret,
            isOpen: authentication == nil)
    }
}
