package import RelayConfig
internal import RelayCore
internal import RelayJSON

/// `type: whatsapp`: sends `message.send` events through the gateway of the session.
package struct WhatsAppDestinationOptions: DestinationOptions {
    package enum Provider: String, Sendable, CaseIterable {
        case cloudAPI = "cloud_api"
        case evolution, waha, gowa, bridge
    }

    /// How gateways receive files.
    package enum FileMode: String, Sendable, CaseIterable {
        /// As the URL in the command.
        case link
        /// The relay fetches the files and uploads them.
        case upload
    }

    package static let kind = "whatsapp"
    package static let summary = "Executes `message.send` and `message.revoke` events through a WhatsApp gateway."
    package static let provider = OptionField<Provider>.enumeration(
        "provider",
        "The gateway: Meta's Cloud API, Evolution API v2, WAHA, gowa, or bridge, your own program."
    )
    package static let url = OptionField<String>.url(
        "url", "The gateway's base URL; for cloud_api by default https://graph.facebook.com/v23.0.", default: "")
    package static let token = OptionField.secret(
        "token", "The gateway's key; for gowa its `user:password`. A bridge needs none: `secret` signs."
    ).optional
    package static let instance = OptionField.string(
        "instance", "The gateway's name for the session, such as Evolution's instance; default the session's own."
    ).optional
    package static let phoneNumberID = OptionField.string(
        "phone_number_id", "For cloud_api: the id of the number that sends."
    ).optional
    package static let headers = OptionField.headers("headers", "Sent with each request.", default: [])
    package static let reportsTo = OptionField.string(
        "reports_to",
        """
        The destination of type chatwoot whose agents write the messages: they see failures, and echoes and \
        receipts are matched with their messages.
        """
    ).optional
    package static let media = OptionField<FileMode>.enumeration(
        "media",
        """
        Upload: the relay fetches files and hands them to the gateway, a bridge gets a link to the relay's copy. \
        Link: the gateway gets the address that the command has, and fetches for itself.
        """,
        default: .upload
    )
    package static let mediaHosts = OptionField<[String]>.list(
        "media_hosts",
        """
        Hosts, or host:port, that files may be fetched from besides the one of `reports_to`, such as the storage that \
        Chatwoot redirects to. What lies elsewhere goes as a link.
        """,
        of: .mediaHost,
        default: []
    )
    package static let maxSize = OptionField<Int>.size(
        "max_size", "A larger file is sent as a link.", (64 << 10)...(100 << 20), default: 32 << 20)
    package static let fields = [
        AnyOptionField(provider), AnyOptionField(url), AnyOptionField(token), AnyOptionField(instance),
        AnyOptionField(phoneNumberID),
        AnyOptionField(headers), AnyOptionField(reportsTo), AnyOptionField(media), AnyOptionField(mediaHosts),
        AnyOptionField(maxSize),
    ]
    package static let example = """
        provider: evolution
        url: https://evolution.example.com
        token: "${EVOLUTION_API_KEY:-the gateway's key}"
        """

    package let provider: Provider
    package let url: String
    package let token: String?
    package let instance: String?
    package let phoneNumberID: String?
    package let headers: [(name: String, value: String)]
    package let reportsTo: String?
    package let media: FileMode
    package let mediaHosts: [String]
    /// The maximum size of a file in bytes.
    package let maxSize: Int

    package init(_ options: OptionReader) throws {
        provider = try options(Self.provider)
        token = try options(Self.token)
        instance = try options(Self.instance)
        phoneNumberID = try options(Self.phoneNumberID)
        headers = try options(Self.headers)
        reportsTo = try options(Self.reportsTo)
        media = try options(Self.media)
        mediaHosts = try options(Self.mediaHosts).map { $0.lowercased() }
        maxSize = try options(Self.maxSize)
        let given = try options(Self.url)
        let base = given.isEmpty ? "https://graph.facebook.com/v23.0" : given
        url = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    package static func conflicts(of options: OptionReader) -> [any Error] {
        var conflicts: [any Error] = []
        if let provider = options.valid(provider) {
            if provider != .cloudAPI, options.valid(url)?.isEmpty == true {
                conflicts.append(
                    options.fail("a whatsapp destination needs \"url\"", help: "add url: the gateway's base URL"))
            }
            if provider == .cloudAPI, !options.isSet(phoneNumberID) {
                conflicts.append(
                    options.fail(
                        "a whatsapp destination with provider: cloud_api needs \"phone_number_id\"",
                        help: "add the id that Meta shows beside the number"))
            }
            if !options.isSet(token), [.cloudAPI, .evolution, .waha].contains(provider) {
                conflicts.append(
                    options.fail(
                        "a whatsapp destination needs \"token\"", help: "add token: the gateway's key, as \"${NAME}\""))
            }
        }
        for (name, _) in options.entries(of: headers) where HeaderFieldRules.reserved.contains(name.lowercased()) {
            guard !HeaderFieldRules.connection.contains(name.lowercased()) else { continue }
            conflicts.append(
                options.fail(
                    headers, "\"\(name)\" is a header that the relay sets itself",
                    help: "remove it, or choose another name"))
        }
        return conflicts
    }

    var asker: any WhatsAppGatewayAdapter {
        switch provider {
        case .cloudAPI: CloudGateway(token: token ?? "", phoneNumberID: phoneNumberID ?? "")
        case .evolution: EvolutionGateway(token: token ?? "", instance: instance)
        case .waha: WAHAGateway(token: token ?? "", instance: instance)
        case .gowa:
            GowaGateway(authorization: token.map { "Basic " + Base64.encode(Array($0.utf8)) }, instance: instance)
        case .bridge: CustomBridgeGateway()
        }
    }
}
