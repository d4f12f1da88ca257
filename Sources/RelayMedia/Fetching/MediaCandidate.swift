internal import RelayCore
internal import RelayHTTPClient

/// One location from which a file can be fetched, with everything that the request needs.
enum MediaCandidate: Hashable, Sendable {
    case stored(MediaID)
    /// A plain file.
    case plain(url: String, AllowedMediaServers)
    /// A URL whose response contains the URL of the file.
    case lookup(url: String, AllowedMediaServers)
    case encrypted(url: String, key: [UInt8], AllowedMediaServers)
    /// A location that cannot be used.
    case unusable(MediaError)
}

extension MediaCandidate {
    /// Where the request goes first; nil when there is none.
    var url: String? {
        switch self {
        case .plain(let url, _), .lookup(let url, _), .encrypted(let url, _, _): url
        case .stored, .unusable: nil
        }
    }

    /// The host and port of ``url``.
    var host: String? { url.flatMap { try? CurlParsedURL(url: $0) }?.authority }

    /// The candidates for a message's file, in the order of its locations.
    /// - Parameters:
    ///   - source: the source's name, for error messages.
    static func all(of media: RawMediaReference, source: String, session: String, options: MediaSourceOptions)
        -> [MediaCandidate]
    {
        let locator = MediaCandidateResolver(source: source, session: session, options: options)
        return media.locations.flatMap { location in
            do throws(MediaError) {
                return try locator.candidates(of: location)
            } catch {
                return [.unusable(error)]
            }
        }
    }
}

/// Converts the locations in a message to candidates.
private struct MediaCandidateResolver {
    let source: String
    let session: String
    let options: MediaSourceOptions

    func candidates(of location: RawMediaReference.Location) throws(MediaError) -> [MediaCandidate] {
        switch location {
        case .stored(let id): [.stored(id)]
        case .gateway(let url): [try gateway(url)]
        case .cloud(let id, _): [try cloud(id)]
        case .whatsApp(let url, let directPath, let key): try whatsApp(url, directPath, key)
        }
    }

    private func origin(_ url: String, _ option: String) throws(MediaError) -> MediaHostRule {
        do throws(CurlParsedURL.ParseError) {
            return MediaHostRule(originOf: try CurlParsedURL(url: url))
        } catch {
            throw MediaError(.notAllowed, "media.\(option) of the source \(source): \(error.message)")
        }
    }

    // MARK: The gateway's own copy

    private func gateway(_ url: String) throws(MediaError) -> MediaCandidate {
        let base = options.baseURL.map { $0.replacing("{session}", with: PercentCoding.encode(session)) }
        let own = try base.map { base throws(MediaError) in [try origin(base, "base_url")] } ?? []
        let servers = AllowedMediaServers(
            name: "the source \(source)",
            rules: own + options.hosts.compactMap { MediaHostRule($0) },
            credentials: options.headers,
            trusted: own,
            advice: "check media.headers of the source \(source)"
        )
        let address = try absolute(GatewayFileURL.encodingRawCharacters(in: url), below: base, servers)
        _ = try servers.check(address)
        return .plain(url: address, servers)
    }

    private func absolute(_ url: String, below base: String?, _ servers: AllowedMediaServers) throws(MediaError)
        -> String
    {
        guard GatewayFileURL.isAbsolute(url) else {
            guard let base else {
                throw MediaError(
                    .incomplete,
                    "the file's URL is only a path; set media.base_url of the source \(source) to its base URL"
                )
            }
            return try joined(base, url)
        }
        // A gateway in a container writes its own URLs with a name that only it knows, and with the port that it has in
        // the container.
        let named = options.hosts.compactMap { MediaHostRule($0) }
        guard let base, let target = try? CurlParsedURL(url: url), GatewayFileURL.isLocalName(target.host),
            !servers.rules.contains(where: { $0.allows(target) }),
            !named.contains(where: { !$0.isPattern && $0.host == target.host })
        else { return url }
        let path = GatewayFileURL.path(of: url)
        var folder = GatewayFileURL.path(of: base)
        while folder.hasSuffix("/") { folder.removeLast() }
        let isBelow = !folder.isEmpty && path.hasPrefix(folder + "/")
        return try joined(base, isBelow ? String(path.dropFirst(folder.count)) : path)
    }

    private func joined(_ base: String, _ path: String) throws(MediaError) -> String {
        // A path with ".." could read other files of the gateway with our credentials.
        let segments = path.lowercased().replacing("%2e", with: ".").split { "/\\?#".contains($0) }
        guard !segments.contains("..") else {
            throw MediaError(.notAllowed, "the file's path leads out of media.base_url of the source \(source)")
        }
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/" + path.drop { $0 == "/" }
    }

    // MARK: Meta

    private func cloud(_ id: String) throws(MediaError) -> MediaCandidate {
        guard let token = options.token, !token.isEmpty else {
            throw MediaError(.refused, "files of the source \(source) need media.token, an access token of Meta's")
        }
        let graph = try origin(options.graphURL, "graph_url")
        let files = MediaHostRule(host: "lookaside.fbsbx.com", port: 443)
        let servers = AllowedMediaServers(
            name: "Meta",
            rules: [graph, files, .below("fbcdn.net"), .below("whatsapp.net")],
            credentials: [MediaSourceOptions.Header(name: "Authorization", value: "Bearer \(token)")],
            trusted: [graph, files],
            advice: "check media.token of the source \(source)",
            token: "media.token of the source \(source)"
        )
        var base = options.graphURL
        while base.hasSuffix("/") { base.removeLast() }
        return .lookup(url: "\(base)/\(PercentCoding.encode(id))", servers)
    }

    // MARK: WhatsApp

    /// - Parameter key: the media key; nil for a plain file, as in channels.
    private func whatsApp(_ url: String?, _ directPath: String?, _ key: [UInt8]?) throws(MediaError)
        -> [MediaCandidate]
    {
        let servers = AllowedMediaServers(
            name: "WhatsApp",
            rules: [.below("whatsapp.net"), .below("fbcdn.net"), try origin(options.whatsAppURL, "whatsapp_url")],
            // The header that WhatsApp's own web client sends.
            headers: [MediaSourceOptions.Header(name: "Origin", value: "https://web.whatsapp.com")]
        )
        var base = options.whatsAppURL
        while base.hasSuffix("/") { base.removeLast() }
        var addresses: [WhatsAppFileAddress] = []
        if let directPath, directPath.hasPrefix("/"), (try? servers.check(base + directPath)) != nil {
            addresses.append(WhatsAppFileAddress(base + directPath))
        }
        if let url {
            do throws(MediaError) {
                _ = try servers.check(url)
                let address = WhatsAppFileAddress(url)
                if !addresses.contains(where: { $0.isSame(as: address) }) { addresses.append(address) }
            } catch {
                if addresses.isEmpty { throw error }
            }
        }
        guard !addresses.isEmpty else {
            throw MediaError(.notAllowed, "the message's directPath is no path on WhatsApp's servers")
        }
        return WhatsAppFileAddress.inOrder(addresses).map { address in
            key.map { .encrypted(url: address.url, key: $0, servers) } ?? .plain(url: address.url, servers)
        }
    }
}
