internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// What agents write, on its way from Chatwoot to the relay.
extension ChatwootDoctorCheck {
    /// The source for an inbox that posts to none yet.
    var incomingSource: IncomingSource? { incomingSources.first }

    /// The webhook URL that the inbox should have.
    var webhookURL: String? { incomingSource.map { "\(publicURL)/in/\($0.name)" } }

    /// - Parameter isNew: whether the inbox was just created, so that the configuration cannot contain its secret yet.
    func wayBack(
        from inbox: ChatwootInboxResponse, isNew: Bool, _ owner: TokenOwner, _ release: DetectedRelease
    ) async -> [DoctorFinding] {
        guard let wanted = webhookURL else {
            return [
                DoctorFinding(
                    .warning, "no source has the format chatwoot: what agents write does not reach WhatsApp",
                    fix: "add to sources: chatwoot: { transport: http, format: chatwoot }, with a pipeline to a "
                        + "destination of the type whatsapp")
            ]
        }
        let current = inbox.webhookURL ?? ""
        if let (incomingSource, session) = place(in: current) {
            return [DoctorFinding(.good, "the inbox posts to the source \(incomingSource.name)")]
                + sessions(session ?? incomingSource.session)
                + (isNew ? [] : signature(incomingSource, inbox, owner, release))
                + reach(of: current, release)
        }
        let (what, replacement) = misdirection(current, wanted)
        guard let replacement, owner.isAdministrator, changesSettings else {
            let mayFix = replacement != nil && owner.isAdministrator
            return [
                DoctorFinding(
                    .problem, what + ": what agents write does not reach WhatsApp",
                    fix: "in Chatwoot: Settings, Inboxes, the inbox, Configuration, Webhook URL: \(wanted)"
                        + (mayFix ? "; zaphub doctor --fix does it" : ""))
            ] + reach(of: wanted, release)
        }
        do {
            let channel: JSON = ["webhook_url": .string(replacement)]
            _ = try await api.call("PATCH", "/inboxes/\(inbox.id)", ["channel": channel])
        } catch {
            return [DoctorFinding(.problem, "\(what), and that cannot be set: \(error.message)")]
        }
        let incomingSource = place(in: replacement)?.incomingSource
        return [DoctorFinding(.fixed, "\(what); now it posts to \(replacement)")]
            + (incomingSource.map { signature($0, inbox, owner, release) } ?? []) + reach(of: replacement, release)
    }

    /// What is wrong with the current webhook URL, and its replacement. The replacement is nil when the URL may belong
    /// to another program.
    private func misdirection(_ current: String, _ wanted: String) -> (what: String, replacement: String?) {
        guard !current.isEmpty else { return ("the inbox has no webhook", wanted) }
        let path = current.dropFirst(URLDisplayFormatter.of(current).count)
        let isOurs = incomingSources.contains { path == "/in/\($0.name)" || path.hasPrefix("/in/\($0.name)/") }
        return (
            "the inbox posts to \(URLDisplayFormatter.of(current)), not to this relay", isOurs ? publicURL + path : nil
        )
    }

    /// The source and the session in a URL of this relay; nil for other URLs.
    private func place(in url: String) -> (incomingSource: IncomingSource, session: String?)? {
        guard url.hasPrefix(publicURL + "/in/") else { return nil }
        let path = url.dropFirst(publicURL.count + 4).prefix { $0 != "?" }.split(separator: "/").map(String.init)
        guard let name = path.first, let incomingSource = incomingSources.first(where: { $0.name == name }) else {
            return nil
        }
        return (incomingSource, path.count > 1 ? path[1] : nil)
    }

    private func sessions(_ session: String?) -> [DoctorFinding] {
        guard let session else {
            return [
                DoctorFinding(
                    .note,
                    "the webhook names no session: each conversation goes back through the session that it came by, and "
                        + "those that the relay did not open go nowhere",
                    fix: "where all go through one session, add session: to the source")
            ]
        }
        guard !options.sessions.matches(session) else { return [] }
        return [
            DoctorFinding(
                .warning, "agents answer through the session \(session), which this destination does not take",
                fix: "write the same session at the end of the webhook's URL and into sessions:")
        ]
    }

    private func signature(
        _ incomingSource: IncomingSource, _ inbox: ChatwootInboxResponse, _ owner: TokenOwner,
        _ release: DetectedRelease
    ) -> [DoctorFinding] {
        let signs = release.has(.signatures)
        guard let secret = incomingSource.secret else {
            guard incomingSource.isOpen else { return [] }
            let what = "anybody who knows the URL can post to the source \(incomingSource.name) as an agent"
            if signs == false {
                return [
                    DoctorFinding(
                        .warning, what + "; this Chatwoot does not sign",
                        fix: "give the source a name that nobody can guess, or update Chatwoot to 4.13")
                ]
            }
            return [
                DoctorFinding(
                    .warning, what,
                    fix: "add to the source auth: { type: chatwoot_signature, secret: … }, with the secret that the "
                        + "inbox's settings show to administrators")
            ]
        }
        if signs == false {
            return [
                DoctorFinding(
                    .problem, "the source \(incomingSource.name) asks for a signature, and this Chatwoot does not sign",
                    fix: "remove auth: there and give the source a name that nobody can guess, or update to 4.13")
            ]
        }
        guard let known = inbox.secret else {
            return [
                DoctorFinding(
                    .note,
                    "whether the source's secret is the inbox's is not seen with \(owner.name)'s token: "
                        + "administrators alone see it")
            ]
        }
        guard known == secret else {
            return [
                DoctorFinding(
                    .problem,
                    "the secret of the source \(incomingSource.name) is not the inbox's: what agents write is "
                        + "refused",
                    fix: "copy the secret from the inbox's settings, Configuration, into the source's auth:; each "
                        + "inbox has its own, and needs a source of its own")
            ]
        }
        return [DoctorFinding(.good, "the source's secret is the inbox's")]
    }

    /// Whether Chatwoot would, and could, connect to it.
    private func reach(of url: String, _ release: DetectedRelease) -> [DoctorFinding] {
        if LocalHostDetection.names(url), !LocalHostDetection.names(options.url) {
            return [
                DoctorFinding(
                    .problem, "the webhook's URL is on Chatwoot's own machine, as Chatwoot sees it",
                    fix: "set server.public_url to the URL under which Chatwoot reaches the relay")
            ]
        }
        guard EgressGuard.isPrivate(url), release.has(.publicHostsOnly) != false else { return [] }
        return [
            DoctorFinding(
                .warning, "the webhook's URL is private, where Chatwoot from 4.14 on does not post",
                fix: "set SAFE_FETCH_ALLOW_PRIVATE_NETWORK=true for Chatwoot (4.14.1 or later), or use a public address"
            )
        ]
    }
}
