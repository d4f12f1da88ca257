package import RelayCore
package import RelayHTTPClient
internal import RelayJSON

/// Looks whether a Chatwoot, its account, inbox and webhook are as a destination needs them. It reads; where it may, it
/// makes the inbox and sets its webhook. It never touches contacts or conversations.
package struct ChatwootDoctorCheck: Sendable {
    /// A source that takes what Chatwoot posts.
    package struct IncomingSource: Sendable {
        let name: String
        let session: String?
        let secret: String?
        let isOpen: Bool

        /// - Parameters:
        ///   - session: the session of documents that name none.
        ///   - secret: the key that verifies Chatwoot's signature; nil: signatures are not verified.
        ///   - isOpen: whether the source accepts requests without authentication.
        package init(name: String, session: String?, secret: String?, isOpen: Bool) {
            self.name = name
            self.session = session
            self.secret = secret
            self.isOpen = isOpen
        }
    }

    let options: ChatwootDestinationOptions
    let api: ChatwootAPIClient
    let publicURL: String
    let incomingSources: [IncomingSource]
    let makesMissing: Bool
    let changesSettings: Bool

    /// - Parameters:
    ///   - publicURL: the URL at which Chatwoot reaches the relay, without a trailing slash.
    ///   - makesMissing: whether a missing inbox that `create_inbox` names is created.
    ///   - changesSettings: whether the inbox's webhook is set.
    package init(
        _ options: ChatwootDestinationOptions,
        timeout: Duration,
        sender: any HTTPClient,
        publicURL: String,
        incomingSources: [IncomingSource],
        makesMissing: Bool,
        changesSettings: Bool
    ) {
        self.options = options
        api = ChatwootAPIClient(
            url: options.url, account: options.account, token: options.token, timeout: timeout, sender: sender)
        self.publicURL = publicURL
        self.incomingSources = incomingSources
        self.makesMissing = makesMissing
        self.changesSettings = changesSettings
    }

    /// From the outside in, until something makes it useless to go on.
    package func findings() async -> [DoctorFinding] {
        let place = URLDisplayFormatter.of(options.url)
        do {
            // Any response is sufficient: this only checks that the server is reachable.
            _ = try await api.sender.send(
                HTTPClientRequest(
                    method: "GET", url: options.url + "/api", timeout: api.timeout,
                    connectTimeout: min(api.timeout, .seconds(5))))
        } catch {
            return [DoctorFinding(unreached: place, error)]
        }
        var findings = [DoctorFinding(.good, "\(place) is reached")]
        let told = await toldRelease()
        guard let owner = await owner(&findings) else { return findings }
        guard let inbox = await inbox(of: owner, &findings) else { return findings }
        // The secret of an inbox that was just created is in no configuration yet.
        let isNew = findings.contains { $0.severity == .fixed }
        let release = told.map(DetectedRelease.known) ?? .guessed(inbox, owner)
        findings += release.findings(of: options)
        findings += await publicAPI(of: inbox)
        findings.append(conversations(in: inbox))
        return findings + (await wayBack(from: inbox, isNew: isNew, owner, release))
    }

    /// The release from `GET /api`, which needs no token; nil when a proxy blocks it.
    private func toldRelease() async -> ChatwootRelease? {
        (try? await api.get("/api", as: "/api"))?["version"]?.string.flatMap { ChatwootRelease($0) }
    }

    private func conversations(in inbox: ChatwootInboxResponse) -> DoctorFinding {
        guard inbox.isLocked else {
            return DoctorFinding(
                .note,
                "the inbox is not locked to a single conversation: `reopen` says when a resolved one goes on")
        }
        return DoctorFinding(
            .note,
            "the inbox is locked to a single conversation: each contact has one for ever, and `reopen` has no effect")
    }
}

extension ChatwootDoctorCheck {
    /// The release, or what is known of it.
    enum DetectedRelease {
        case known(ChatwootRelease)
        case atLeast(ChatwootRelease)
        case before(ChatwootRelease)
        case unknown

        /// Guesses from the fields of an inbox that administrators can see.
        static func guessed(_ inbox: ChatwootInboxResponse, _ owner: TokenOwner) -> DetectedRelease {
            if inbox.secret != nil { return .atLeast(.signatures) }
            return owner.isAdministrator ? .before(.signatures) : .unknown
        }

        /// Nil when unknown.
        func has(_ feature: ChatwootRelease) -> Bool? {
            switch self {
            case .known(let release): release >= feature
            case .atLeast(let release): release >= feature ? true : nil
            case .before(let release): release <= feature ? false : nil
            case .unknown: nil
            }
        }

        func findings(of options: ChatwootDestinationOptions) -> [DoctorFinding] {
            guard case .known(let release) = self else {
                let what =
                    switch self {
                    case .atLeast(let release): "Chatwoot is \(release) or later"
                    case .before(let release): "Chatwoot is older than \(release)"
                    default: "Chatwoot does not show its version"
                    }
                return [DoctorFinding(.note, what)]
            }
            let update = "update Chatwoot"
            if release < .sourceIDs {
                return [
                    DoctorFinding(
                        .problem, "Chatwoot \(release) does not take ids for messages; 3.4 and later do", fix: update)
                ]
            }
            var findings = [DoctorFinding(.good, "Chatwoot \(release)")]
            if release < .receipts, options.receipts {
                findings.append(
                    DoctorFinding(.warning, "Chatwoot \(release) shows no receipts; 4.2 and later do", fix: update))
            }
            if release < .attributes {
                findings.append(
                    DoctorFinding(
                        .note,
                        "Chatwoot \(release) does not mark messages sent from the phone as such; 4.9 and later do"))
            }
            if release < .voiceNotes {
                findings.append(
                    DoctorFinding(
                        .note, "Chatwoot \(release) shows voice notes as audio files; 4.14.2 and later as voice notes"))
            }
            return findings
        }
    }
}
