internal import RelayJSON

extension RelayConfiguration {
    /// `media:`, where downloaded files are stored and how receivers access them.
    package struct Media: Sendable, Hashable {
        package enum Location: Sendable, Hashable {
            /// The absolute path of a directory.
            case directory(path: String)
            /// A bucket of an S3-compatible server; the prefix ends in `/` or is empty.
            case s3(bucket: String, prefix: String)
        }

        package let store: Location
        /// How long files are kept after a message last used them. Default 30 days. In a bucket, the bucket's own
        /// lifecycle rules apply instead.
        package let retention: Duration
        /// The maximum total size of a directory in bytes; the oldest files are deleted first. Default 10 GiB.
        package let quota: Int
        /// How long the URL in `payload.media.url` is valid. Default 7 days.
        package let linkLifetime: Duration
        /// The maximum number of concurrent downloads. Default 8.
        package let maxDownloads: Int
        /// Whether images, audio, video and PDF files may be shown in a browser. Default false: every file is saved.
        package let inline: Bool
        /// The S3 server; nil unless files are kept in a bucket.
        package let s3: S3?
    }

    /// `media: s3:`, the S3 server that has the bucket.
    package struct S3: Sendable, Hashable {
        /// The URL of the server, without a trailing slash.
        package let endpoint: String
        package let region: String
        package let accessKey: String
        package let secretKey: String
        /// Whether the bucket's name is part of the path rather than of the host name. Default true.
        package let pathStyle: Bool
    }

    /// `sources: NAME: media:`, where the media files of a source's messages are downloaded from.
    package struct SourceMedia: Sendable {
        /// The base URL of paths without a host; nil when the source has no such paths.
        package let baseURL: String?
        /// Hosts, as host or host:port, that files may be downloaded from in addition to those of WhatsApp and Meta.
        package let hosts: [String]
        /// Header fields of download requests; sent only to the gateway's own hosts.
        package let headers: [(name: String, value: String)]
        /// The access token of Meta's Graph API.
        package let token: String?
        package let graphURL: String
        /// The base URL of encrypted files for which the message contains only a path.
        package let whatsAppURL: String

        package init(
            baseURL: String? = nil,
            hosts: [String] = [],
            headers: [(name: String, value: String)] = [],
            token: String? = nil,
            graphURL: String = "https://graph.facebook.com/v23.0",
            whatsAppURL: String = "https://mmg.whatsapp.net"
        ) {
            self.baseURL = baseURL
            self.hosts = hosts
            self.headers = headers
            self.token = token
            self.graphURL = graphURL
            self.whatsAppURL = whatsAppURL
        }
    }
}

extension RelayConfiguration.Media {
    static let store = OptionField<String>(
        "store",
        "Where files are kept: file:DIRECTORY, or s3://bucket/prefix.",
        .mediaURL,
        default: "file:data/media"
    )
    static let retention = OptionField.duration(
        "retention",
        "How long files are kept after a message last needed them.",
        default: .seconds(30 * 86_400)
    )
    static let quota = OptionField<Int>.size(
        "quota",
        "The total size of the files in a directory; the oldest are deleted first.",
        (1 << 20)...(1 << 50),
        default: 10 << 30
    )
    static let linkLifetime = OptionField.duration(
        "link_lifetime",
        "How long the links in payload.media.url are valid.",
        .seconds(60)...(.seconds(365 * 86_400)),
        default: .seconds(7 * 86_400)
    )
    static let maxDownloads = OptionField.int("max_downloads", "Downloads at the same time.", 1...256, default: 8)
    static let inline = OptionField.bool(
        "inline",
        "Whether a browser may show images, audio, video and PDF files; otherwise it saves every file.",
        default: false
    )
    static let s3 = OptionField<RelayConfiguration.S3>.section(
        "s3",
        "The server of the bucket.",
        title: "media.s3",
        fields: RelayConfiguration.S3.fields
    ) { try RelayConfiguration.S3($0) }.optional
    static let fields = [
        AnyOptionField(store), AnyOptionField(retention), AnyOptionField(quota), AnyOptionField(linkLifetime),
        AnyOptionField(maxDownloads), AnyOptionField(inline),
        AnyOptionField(s3),
    ]

    init(_ options: OptionReader, directory: String) throws {
        let text = try options(Self.store)
        s3 = try options(Self.s3)
        if text.hasPrefix("s3://") {
            let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            var prefix = parts.count > 1 ? String(parts[1]) : ""
            if !prefix.isEmpty, !prefix.hasSuffix("/") { prefix += "/" }
            store = .s3(bucket: String(parts[0]), prefix: prefix)
            guard s3 != nil else {
                throw options.fail(
                    Self.store,
                    "a bucket needs media.s3",
                    help: "add s3: { endpoint: …, region: …, access_key: …, secret_key: … }"
                )
            }
        } else {
            store = .directory(path: BoundedFileReader.absolute(String(text.dropFirst(5)), from: directory))
            if options.isSet(Self.s3) {
                throw options.fail(Self.s3, "\"s3\" is for store: s3://bucket only", help: "remove it")
            }
        }
        retention = try options(Self.retention)
        quota = try options(Self.quota)
        linkLifetime = try options(Self.linkLifetime)
        maxDownloads = try options(Self.maxDownloads)
        inline = try options(Self.inline)
    }
}

extension RelayConfiguration.S3 {
    static let endpoint = OptionField.url("endpoint", "The server's URL, such as https://s3.eu-west-1.amazonaws.com.")
    static let region = OptionField.string("region", "The region that requests are signed for.", default: "us-east-1")
    static let accessKey = OptionField.secret("access_key", "The access key's id.")
    static let secretKey = OptionField.secret("secret_key", "The secret access key.")
    static let pathStyle = OptionField.bool(
        "path_style",
        "Whether the bucket's name is part of the path rather than of the host name.",
        default: true
    )
    static let fields = [
        AnyOptionField(endpoint), AnyOptionField(region), AnyOptionField(accessKey), AnyOptionField(secretKey),
        AnyOptionField(pathStyle),
    ]

    init(_ options: OptionReader) throws {
        var url = try options(Self.endpoint)
        while url.hasSuffix("/") { url.removeLast() }
        endpoint = url
        region = try options(Self.region)
        accessKey = try options(Self.accessKey)
        secretKey = try options(Self.secretKey)
        pathStyle = try options(Self.pathStyle)
    }
}

extension RelayConfiguration.SourceMedia {
    static let baseURL = OptionField<String>(
        "base_url",
        "The gateway's base URL: relative paths are resolved against it, and files may be downloaded from its host.",
        .url(reachable: false)
    ).optional
    static let hosts = OptionField<[String]>.list(
        "hosts",
        "Other hosts, or host:port, from which files may be downloaded, over http as well.",
        of: .mediaHost,
        default: []
    )
    static let headers = OptionField.headers(
        "headers", "Sent to the gateway with each request for a file.", default: [])
    static let token = OptionField.secret("token", "The access token of Meta's Graph API.").optional
    private static let standard = RelayConfiguration.SourceMedia()
    static let graphURL = OptionField<String>(
        "graph_url",
        "The Graph API with its version.",
        .url(reachable: false),
        default: standard.graphURL
    )
    static let whatsAppURL = OptionField<String>(
        "whatsapp_url",
        "The base URL for encrypted files that have only a path.",
        .url(reachable: false),
        default: standard.whatsAppURL
    )
    static let fields = [
        AnyOptionField(baseURL), AnyOptionField(hosts), AnyOptionField(headers), AnyOptionField(token),
        AnyOptionField(graphURL),
        AnyOptionField(whatsAppURL),
    ]

    init(_ options: OptionReader) throws {
        func trimmed(_ url: String) -> String { String(url.reversed().drop { $0 == "/" }.reversed()) }
        self.init(
            baseURL: try options(Self.baseURL).map(trimmed),
            hosts: try options(Self.hosts).map { $0.lowercased() },
            headers: try options(Self.headers),
            token: try options(Self.token),
            graphURL: trimmed(try options(Self.graphURL)),
            whatsAppURL: trimmed(try options(Self.whatsAppURL))
        )
    }
}

extension OptionValueType where Value == String {
    fileprivate static var mediaURL: OptionValueType {
        let name = "file:DIRECTORY or s3://bucket/prefix"
        return OptionValueType(name, .text(pattern: "^(s3://[a-z0-9]|file:.)"), show: { .string($0) }) { node in
            let text = try node.text(expected: name)
            if text.hasPrefix("s3://") {
                let bucket = text.dropFirst(5).prefix { $0 != "/" }
                let isBucket = bucket.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
                }
                guard (3...63).contains(bucket.utf8.count), isBucket else {
                    throw node.issues(
                        "\"\(node.label)\" names no bucket",
                        help:
                            "a bucket's name has 3 to 63 small letters, digits, dots and hyphens: s3://my-media/zaphub"
                    )
                }
                return text
            }
            guard text.hasPrefix("file:") else {
                let isPath = !text.isEmpty && !text.contains(":")
                throw node.mismatch(name, help: isPath ? "write file: before the path" : nil)
            }
            guard text.utf8.count > 5, !text.hasPrefix("file://"), !text.contains("\0") else {
                throw node.issues("\"\(node.label)\" names no directory", help: "write file:data/media")
            }
            return text
        }
    }

    /// A host with an optional port; `*.example.com` matches all subdomains of `example.com`.
    package static var mediaHost: OptionValueType {
        let name = "a host or host:port"
        return OptionValueType(name, .text(pattern: "^[^/ ]+$"), show: { .string($0) }) { node in
            let text = try node.text(expected: name)
            if text.contains("://") || text.contains("/") {
                throw node.mismatch(name, help: "leave out the scheme and the path: media.example.com, 10.0.0.5:3000")
            }
            guard !text.isEmpty, !text.contains(" ") else { throw node.mismatch(name) }
            return text
        }
    }
}
