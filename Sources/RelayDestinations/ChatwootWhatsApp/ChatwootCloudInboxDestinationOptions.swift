package import RelayConfig
package import RelayCore

/// `type: chatwoot_whatsapp`: forwards Meta's own webhooks to an inbox of Chatwoot's WhatsApp channel.
package struct ChatwootCloudInboxDestinationOptions: DestinationKind {
    package static let kind = "chatwoot_whatsapp"
    package static let summary =
        "Forwards documents of Meta's Cloud API unchanged to Chatwoot's own WhatsApp channel."
    package static let url = OptionField<String>.url("url", "Chatwoot's base URL, without a path.")
    package static let phone = OptionField<String>.custom(
        "phone",
        "The inbox's phone number, as Chatwoot shows it; default the one that each document names.",
        "a number such as +5511999999999",
        shape: .text(pattern: "^\\+?[0-9]{5,15}$")
    ) { node in
        let text = try node.text
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard (5...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw node.fail("it is no phone number", help: "write the country code and digits, such as +5511999999999")
        }
        return "+" + digits
    }.optional
    package static let appSecret = OptionField.secret(
        "app_secret",
        "The Meta app's secret, as Chatwoot has it: signs the parts of documents that have several messages."
    ).optional
    package static let fields = [AnyOptionField(url), AnyOptionField(phone), AnyOptionField(appSecret)]
    package static let takesDocuments = true
    package static let example = """
        url: https://chatwoot.example.com
        app_secret: "${META_APP_SECRET:-the app's secret}"
        """

    package let url: String
    package let phone: String?
    package let appSecret: String?

    package init(_ options: OptionReader) throws {
        let given = try options(Self.url)
        guard !given.contains("?"), !given.contains("#") else {
            throw options.fail(Self.url, "the URL has a query", help: "write the URL without it")
        }
        url = String(given.reversed().drop { $0 == "/" }.reversed())
        phone = try options(Self.phone)
        appSecret = try options(Self.appSecret)
        if appSecret == nil {
            options.warn(
                "without \"app_secret\" the parts of a document with several messages go out unsigned",
                help: "add app_secret, unless the channel was set up by hand without one, or is 360dialog's")
        }
    }

    package var urls: [String] { [url] }

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination {
        ChatwootCloudInboxDestination(
            url: url,
            phone: phone,
            signer: WebhookSigner(secrets: appSecret.map { [WebhookSigningSecret(value: $0)] } ?? []),
            settings: common.settings,
            timeout: common.timeout,
            sender: environment.sender
        )
    }
}
