internal import RelayConfig
internal import RelayCore
internal import RelayJQ

/// A configured gateway with its lookup requests.
struct ConfiguredLookupEndpoint: LookupEndpoint {
    let id: String
    let name: String
    let timeout: Duration
    private let headers: [(name: String, value: String)]
    private let questions: [LookupRequestTemplate]

    /// - Parameters:
    ///   - names: whether names are requested.
    ///   - pictures: whether pictures are requested.
    init(_ options: LookupOptions, names: Bool, pictures: Bool) {
        questions =
            switch options.preset {
            case .waha: LookupRequestTemplate.waha(options, names: names, pictures: pictures)
            case .evolution: LookupRequestTemplate.evolution(options, names: names, pictures: pictures)
            case nil: LookupRequestTemplate.own(options, names: names, pictures: pictures)
            }
        headers = options.headers
        timeout = options.timeout
        name = options.gateway
        id = options.fingerprint(names: names, pictures: pictures)
    }

    func requests(for key: DirectoryEntryKey) -> [LookupRequest] {
        guard let chat = LookupPlaceholders(key) else { return [] }
        return questions.compactMap { $0.request(for: chat, headers: headers) }
    }
}

extension LookupOptions {
    /// The base URL of a preset, without a trailing slash.
    var base: String {
        let address = url.filled([:]) { $0 } ?? ""
        return address.hasSuffix("/") ? String(address.dropLast()) : address
    }

    /// Scheme, host and port.
    fileprivate var gateway: String {
        let text = url.filled(Dictionary(uniqueKeysWithValues: url.names.map { ($0, "x") })) { $0 } ?? ""
        guard let separator = text.firstRange(of: "://") else { return "" }
        let end = text[separator.upperBound...].firstIndex { "/?#".contains($0) } ?? text.endIndex
        return String(text[..<end])
    }

    /// A hash of the settings, stable for the lifetime of the process. The keys in the settings cannot be derived from
    /// it.
    fileprivate func fingerprint(names: Bool, pictures: Bool) -> String {
        var hasher = Hasher()
        hasher.combine(preset)
        for template in [url, pictureURL, body] { hasher.combine(template) }
        for (name, value) in headers {
            hasher.combine(name)
            hasher.combine(value)
        }
        for program in [name, picture, phone] { hasher.combine(program?.source) }
        hasher.combine(timeout)
        hasher.combine(names)
        hasher.combine(pictures)
        return String(hasher.finalize())
    }
}
