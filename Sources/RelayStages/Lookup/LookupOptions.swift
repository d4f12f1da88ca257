package import RelayConfig
internal import RelayCore
package import RelayJQ

/// `enrich: { lookup: … }`: the gateway that is asked for missing data, and how long its answers are valid.
package struct LookupOptions: Sendable {
    /// A gateway whose API is known; `url` is then only its base URL.
    package enum Preset: String, CaseIterable, Sendable {
        case waha, evolution
    }

    package static let preset = OptionField<Preset>.enumeration(
        "preset",
        "The gateway whose routes are used; `url` is then its base URL."
    ).optional
    package static let url = OptionField.urlTemplate(
        "url",
        "The URL for a chat's name, and for its picture unless `picture_url` is set.",
        known: LookupPlaceholders.names
    )
    package static let pictureURL = OptionField.urlTemplate(
        "picture_url",
        "The URL for its picture.",
        known: LookupPlaceholders.names
    ).optional
    package static let body = OptionField.jsonTemplate(
        "body",
        "Sent to `url` with POST, as JSON; without it GET is used.",
        known: LookupPlaceholders.names
    ).optional
    package static let headers = OptionField.headers(
        "headers", "Sent with each request, as the gateway's key.", default: [])
    package static let name = OptionField.expression("name", "Finds the name in the answer.").optional
    package static let picture = OptionField.expression("picture", "Finds the picture's URL in the answer.").optional
    package static let phone = OptionField.expression("phone", "Finds the phone behind a hidden identity (@lid).")
        .optional
    package static let cache = OptionField.duration("cache", "How long an answer is used.", default: .seconds(86_400))
    package static let negativeCache = OptionField.duration(
        "negative_cache",
        "How long \"not known\" is used as an answer.",
        default: .seconds(3600)
    )
    package static let timeout = OptionField.duration(
        "timeout",
        "How long a chat waits for an answer.",
        .milliseconds(1)...(.seconds(60)),
        default: .seconds(2)
    )
    package static let fields = [
        AnyOptionField(preset), AnyOptionField(url), AnyOptionField(pictureURL), AnyOptionField(body),
        AnyOptionField(headers), AnyOptionField(name),
        AnyOptionField(picture), AnyOptionField(phone), AnyOptionField(cache), AnyOptionField(negativeCache),
        AnyOptionField(timeout),
    ]

    let preset: Preset?
    let url: PlaceholderTemplate
    let pictureURL: PlaceholderTemplate?
    let body: PlaceholderTemplate?
    let headers: [(name: String, value: String)]
    let name: JQProgram?
    let picture: JQProgram?
    let phone: JQProgram?
    let cache: Duration
    let negativeCache: Duration
    let timeout: Duration

    init(_ options: OptionReader) throws {
        preset = try options(Self.preset)
        url = try options(Self.url)
        pictureURL = try options(Self.pictureURL)
        body = try options(Self.body)
        headers = try options(Self.headers)
        name = try options(Self.name)
        picture = try options(Self.picture)
        phone = try options(Self.phone)
        cache = try options(Self.cache)
        negativeCache = try options(Self.negativeCache)
        timeout = try options(Self.timeout)
        try check(options)
    }

    private func check(_ options: OptionReader) throws {
        guard let preset else {
            guard
                url.names.contains(where: { $0.hasPrefix("chat.") })
                    || body?.names.contains(where: { $0.hasPrefix("chat.") }) == true
            else {
                throw options.fail(
                    Self.url,
                    "the lookup asks the same for every chat",
                    help: "put {{ chat.id }} into url or body, or name the gateway: preset: waha"
                )
            }
            return
        }
        if pictureURL != nil {
            throw options.fail(
                Self.pictureURL, "preset \(preset.rawValue) knows where pictures are asked for", help: "remove one")
        }
        if body != nil {
            throw options.fail(Self.body, "preset \(preset.rawValue) knows what to post", help: "remove one")
        }
        guard url.names.isEmpty else {
            throw options.fail(
                Self.url,
                "with preset \(preset.rawValue), url is the gateway's base URL alone",
                help: "write for example url: http://\(preset.rawValue):\(preset.port); the routes are known"
            )
        }
        let address = url.filled([:]) { $0 } ?? ""
        guard !address.contains("?"), !address.contains("#") else {
            throw options.fail(
                Self.url,
                "with preset \(preset.rawValue), url ends with the gateway's host",
                help: "remove the ? or # and what follows; send a key as a header"
            )
        }
    }
}

extension LookupOptions.Preset {
    /// The gateway's default port, for examples.
    fileprivate var port: Int {
        switch self {
        case .waha: 3000
        case .evolution: 8080
        }
    }
}
