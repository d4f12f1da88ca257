internal import RelayCore
internal import RelayJSON

extension ChatwootDoctorCheck {
    /// Nil when there is none that can be used.
    func inbox(of owner: TokenOwner, _ findings: inout [DoctorFinding]) async -> ChatwootInboxResponse? {
        do {
            let found =
                switch options.inbox {
                case .id(let id): try await inbox(id, owner, &findings)
                case .named(let name): try await inbox(named: name, owner, &findings)
                }
            guard let found else { return nil }
            guard found.isAPI else {
                let type = found.channel.replacing("Channel::", with: "")
                findings.append(
                    DoctorFinding(
                        .problem, "the inbox \(found.id) is of the type \(type), not API",
                        fix: await alternatives()))
                return nil
            }
            findings.append(DoctorFinding(.good, "the inbox \(found.id), \"\(found.name)\", is of the type API"))
            return found
        } catch {
            findings.append(DoctorFinding(.problem, error.message))
            return nil
        }
    }

    private func inbox(
        _ id: Int, _ owner: TokenOwner, _ findings: inout [DoctorFinding]
    ) async throws(ChatwootError) -> ChatwootInboxResponse? {
        do {
            return try await api.inbox(id)
        } catch {
            switch error.code {
            case .gone:
                findings.append(
                    DoctorFinding(
                        .problem, "there is no inbox \(id) in the account \(options.account)",
                        fix: await alternatives()))
            case .denied:
                findings.append(
                    DoctorFinding(
                        .problem, "\(owner.name) is no member of the inbox \(id)",
                        fix: "in Chatwoot: Settings, Inboxes, the inbox, Collaborators: add \(owner.name)"))
            default: throw error
            }
            return nil
        }
    }

    private func inbox(
        named name: String, _ owner: TokenOwner, _ findings: inout [DoctorFinding]
    ) async throws(ChatwootError) -> ChatwootInboxResponse? {
        let alike = try await api.inboxes().filter { $0.name == name && $0.isAPI }
        if alike.count > 1 {
            findings.append(
                DoctorFinding(
                    .warning, "\(alike.count) inboxes of the type API are called \"\(name)\"; the oldest is used",
                    fix: "write its number into inbox: in place of create_inbox"))
        }
        if let oldest = alike.min(by: { $0.id < $1.id }) { return oldest }
        guard owner.isAdministrator else {
            findings.append(
                DoctorFinding(
                    .problem, "there is no inbox \"\(name)\" that \(owner.name) may see, and agents cannot make one",
                    fix: "use an administrator's token, or make the inbox in Chatwoot and add \(owner.name) to it"))
            return nil
        }
        guard makesMissing else {
            findings.append(
                DoctorFinding(
                    .warning, "there is no inbox \"\(name)\" yet; the first message makes it, without a webhook",
                    fix: "zaphub doctor --create-inbox makes it now, with its webhook"))
            return nil
        }
        let made = try await api.createInbox(named: name, webhookURL: webhookURL)
        findings.append(
            DoctorFinding(.fixed, "the inbox \"\(name)\" is made: it is number \(made.id)", fix: lines(for: made)))
        return made
    }

    /// The configuration lines for an inbox that was just created. Its secret is shown only this once, to the user who
    /// asked for the inbox.
    private func lines(for inbox: ChatwootInboxResponse) -> String {
        var lines = ["in config.yaml write inbox: \(inbox.id) in place of create_inbox"]
        if let secret = inbox.secret, let incomingSource {
            lines.append(
                "and at the source \(incomingSource.name): auth: { type: chatwoot_signature, secret: \"\(secret)\" }")
        }
        return lines.joined(separator: "\n")
    }

    private func alternatives() async -> String {
        let known = ((try? await api.inboxes()) ?? []).filter(\.isAPI)
        let list = known.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
        let make = "create_inbox: a name makes one of the type API"
        return known.isEmpty ? make : "the inboxes of the type API are: \(list); or \(make)"
    }

    // MARK: The public API

    func publicAPI(of inbox: ChatwootInboxResponse) async -> [DoctorFinding] {
        if let given = options.inboxIdentifier, let own = inbox.identifier, given != own {
            return [
                DoctorFinding(
                    .problem, "inbox_identifier: is not that of the inbox \(inbox.id)",
                    fix: "remove it: the relay asks for it")
            ]
        }
        guard let identifier = options.inboxIdentifier ?? inbox.identifier else {
            return [
                DoctorFinding(
                    .warning, "the inbox does not show its identifier, so nobody is seen typing",
                    fix: "copy it from the inbox's settings, Configuration, into inbox_identifier:")
            ]
        }
        do {
            let shown = try await api.get(
                "/public/api/v1/inboxes/\(ChatwootSourceID.plain(identifier))", as: "/public/api/v1/inboxes/…")
            if shown["identity_validation_enabled"]?.bool == true {
                return [
                    DoctorFinding(
                        .warning, "the inbox enforces identity validation, which the relay does not do",
                        fix: "in Chatwoot: Settings, Inboxes, the inbox, Configuration: turn it off")
                ]
            }
            return [DoctorFinding(.good, "the public interface knows the inbox")]
        } catch {
            return [
                DoctorFinding(
                    .warning,
                    "the public interface does not answer (\(error.status.map(String.init) ?? "no answer")): "
                        + "contacts are made more slowly, and nobody is seen typing",
                    fix: "let the proxy in front of Chatwoot pass on /public/api")
            ]
        }
    }
}
