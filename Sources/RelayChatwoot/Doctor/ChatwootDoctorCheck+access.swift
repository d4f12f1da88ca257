internal import RelayCore
internal import RelayJSON

extension ChatwootDoctorCheck {
    /// Whose token it is.
    struct TokenOwner {
        let name: String
        let isAdministrator: Bool
    }

    /// Nil when the token opens nothing.
    func owner(_ findings: inout [DoctorFinding]) async -> TokenOwner? {
        let profile: JSON
        do {
            profile = try await api.profile()
        } catch {
            findings.append(await explain(error))
            return nil
        }
        if let note = await underscores() { findings.append(note) }
        let accounts = profile["accounts"]?.array ?? []
        guard let account = accounts.first(where: { $0["id"]?.int == Int64(options.account) }) else {
            let known = accounts.compactMap { $0["id"]?.int.map(String.init) }.joined(separator: ", ")
            findings.append(
                DoctorFinding(
                    .problem, "the token's owner is no member of the account \(options.account)",
                    fix: known.isEmpty
                        ? "use the token of somebody in that account" : "the owner's accounts are: \(known)"))
            return nil
        }
        if let status = account["status"]?.string, status != "active" {
            findings.append(
                DoctorFinding(
                    .problem, "the account is \(status)", fix: "ask whoever runs this Chatwoot to activate it"))
            return nil
        }
        let owner = TokenOwner(
            name: profile["name"]?.string ?? "somebody", isAdministrator: account["role"]?.string == "administrator")
        let role = owner.isAdministrator ? "an administrator" : "an agent"
        findings.append(DoctorFinding(.good, "the token is that of \(owner.name), \(role) of the account"))
        return owner
    }

    private func explain(_ failure: ChatwootError) async -> DoctorFinding {
        let said = failure.answer ?? ""
        guard failure.status == 401 else {
            if failure.status == 404 || failure.code == .transient && failure.status == 200 {
                return DoctorFinding(
                    .problem, "\(options.url) is no Chatwoot", fix: "write Chatwoot's own URL into url:")
            }
            return DoctorFinding(.problem, failure.message, fix: "check url:, and Chatwoot's own log")
        }
        if said.contains("authorized for bots") {
            return DoctorFinding(
                .problem, "the token is a bot's, and bots may not see contacts",
                fix: "use the access token of an agent: Profile Settings, Access Token")
        }
        // Chatwoot did not receive the token, which is different from a wrong token.
        guard said.contains("need to sign in") else {
            return DoctorFinding(
                .problem, "Chatwoot does not know the token",
                fix: "copy it again from Profile Settings, Access Token, into token:")
        }
        if await arrives(in: "api_access_token") {
            return DoctorFinding(
                .problem, "a proxy in front of Chatwoot drops the header api-access-token",
                fix: "let the proxy pass it on; the relay does not use api_access_token, which most proxies drop")
        }
        return DoctorFinding(
            .problem, "a proxy in front of Chatwoot drops the token's header",
            fix: "let the proxy pass on api-access-token")
    }

    /// Worth knowing for other programs; the relay writes the header with hyphens.
    private func underscores() async -> DoctorFinding? {
        guard await !arrives(in: "api_access_token") else { return nil }
        return DoctorFinding(
            .note,
            "a proxy in front of Chatwoot drops headers with underscores; the relay sends api-access-token, so it is "
                + "not concerned")
    }

    private func arrives(in header: String) async -> Bool {
        (try? await api.get("/api/v1/profile", as: "/profile", tokenIn: header)) != nil
    }
}
