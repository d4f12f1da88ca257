public import RelayConfig
internal import RelayCore

/// `type: webhook`: where it posts and what it adds. Timeout, ordering, retry and secrets are common to all kinds.
public struct WebhookOptions: DestinationOptions {
    public static let kind = "webhook"
    public static let summary = "Posts each event as JSON to an address."
    public static let url = Field<String>.url("url", "The receiver's address, http or https.")
    public static let headers = Field.headers(
        "headers",
        "Sent with each request, beside the relay's own.",
        default: []
    )
    public static let fields = [AnyField(url), AnyField(headers)]
    public static let takesBatches = true
    public static let example = "url: https://crm.example.com/hooks/whatsapp"

    public let url: String
    public let headers: [(name: String, value: String)]

    public init(_ options: Options) throws {
        url = try options(Self.url)
        headers = try options(Self.headers)
        if let taken = headers.first(where: { HeaderRules.reserved.contains($0.name.lowercased()) }) {
            throw options.fail(
                Self.headers,
                "\"\(taken.name)\" is a header that the relay sets itself",
                help: "remove it, or choose another name"
            )
        }
    }
}
