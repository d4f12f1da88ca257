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
        let address = try absolute(url, below: base)
        _ = try servers.check(address)
        return .plain(url: address, servers)
    }

    private func absolute(_ url: String, below base: String?) throws(MediaError) -> String {
        if url.contains("://") { return url }
        guard var base else {
            throw MediaError(
                .incomplete,
                "the file's URL is only a path; set media.base_url of the source \(source) to its base URL"
            )
        }
        // A path with ".." could read other files of the gateway with our credentials.
        let segments = url.lowercased().replacing("%2e", with: ".").split { "/\\?#".contains($0) }
        guard !segments.contains("..") else {
            throw MediaError(.notAllowed, "the file's path leads out of media.base_url of the source \(source)")
        }
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/" + url.drop { $0 == "/" }
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
            advice: "check media.token of the source \(source)"
        )
        var base = options.graphURL
        while base.hasSuffix("/") { base.removeLast() }
        return .lookup(url: "\(base)/\(PercentCoding.encode(id))", servers)
    }

    // MARK: WhatsApp

    private func whatsApp(_ url: String?, _ directPath: String?, _ key: [UInt8]) throws(MediaError) -> [MediaCandidate]
    {
        let servers = AllowedMediaServers(
            name: "WhatsApp",
            rules: [.below("whatsapp.net"), .below("fbcdn.net"), try origin(options.whatsAppURL, "whatsapp_url")],
            // The header that WhatsApp's own web client sends.
            headers: [MediaSourceOptions.Header(name: "Origin", value: "https://web.whatsapp.com")]
        )
        var base = options.whatsAppURL
        while base.hasSuffix("/") { base.removeLast() }
        var addresses: [String] = []
        if let directPath, directPath.hasPrefix("/"), (try? servers.check(base + directPath)) != nil {
            addresses.append(base + directPath)
        }
        if let url {
            do throws(MediaError) {
                _ = try servers.check(url)
                // Usually the same file at the same server, and asking twice would tell nothing.
                func file(_ url: String) -> Substring { url.prefix { $0 != "?" } }
                if !addresses.contains(where: { file($0) == file(url) }) { addresses.append(url) }
            } catch {
                if addresses.isEmpty { throw error }
            }
        }
        guard !addresses.isEmpty else {
            throw MediaError(.notAllowed, "the message's directPath is no path on WhatsApp's servers")
        }
        return addresses.map { .encrypted(url: $0, key: key, servers) }
    }
}
