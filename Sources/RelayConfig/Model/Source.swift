package import RelayCore
internal import RelayJSON

extension RelayConfiguration {
    /// `sources: NAME:`, one way in.
    package struct Source: Sendable {
        package let name: String
        /// `http`, `stdin`, `file` …
        package let transport: String
        package let format: String
        /// How callers prove themselves; nil: they need not.
        package let auth: Auth?
        /// The session of documents that name none.
        package let session: String?
        /// For `file`: the absolute path.
        package let path: String?
        /// Where the files of its messages are downloaded from.
        package let media: SourceMedia
        /// Whether its events keep the document that they came from.
        package let keepsRaw: Bool
        package let mark: SourceLocation
    }

    /// `auth:`, how a caller of an HTTP source proves itself.
    package enum Auth: Sendable, Hashable {
        /// `Authorization: Bearer TOKEN`.
        case bearer(token: String)
        /// A header with a value that both know.
        case header(name: String, value: String)
        /// An HMAC of the body in a header.
        case hmac(
            header: String,
            algorithm: HMACSigning.Algorithm,
            secret: String,
            encoding: HMACSigning.Encoding,
            prefix: String
        )
        /// `X-Hub-Signature-256` and the verification request of Meta's Cloud API.
        case metaSignature(appSecret: String, verifyToken: String)
        /// `X-Chatwoot-Signature` of the time and the body.
        case chatwootSignature(secret: String)
        /// A member of the body, at its top, as Evolution's `apikey`.
        case body(field: String, token: String)
    }
}

extension RelayConfiguration.Source {
    static func transport(_ known: [String]) -> Field<String> {
        Field("transport", "How documents arrive.", .word(among: known, what: "transport"))
    }
    static func format(_ known: [String]) -> Field<String> {
        Field("format", "The format of the documents.", .word(among: known, what: "format"))
    }
    static let auth = Field<RelayConfiguration.Auth>("auth", "How callers authenticate.", .auth).optional
    static let session = Field.string("session", "The session of documents that name none.").optional
    static let path = Field.string("path", "For transport: file, the file to read.").optional
    static let media = Field<RelayConfiguration.SourceMedia>.section(
        "media",
        "Where the files of its messages are downloaded from.",
        title: "a source's media",
        fields: RelayConfiguration.SourceMedia.fields,
        default: RelayConfiguration.SourceMedia()
    ) { try RelayConfiguration.SourceMedia($0) }
    static let keepRaw = Field.bool(
        "keep_raw",
        "Whether the gateway's document is kept with each event, for destinations that take documents.",
        default: false
    )
    static func fields(_ registry: ConfigurationRegistry) -> [AnyField] {
        [
            AnyField(transport(registry.transports)), AnyField(format(registry.formats.map { $0.name })),
            AnyField(auth),
            AnyField(session), AnyField(path), AnyField(media), AnyField(keepRaw),
        ]
    }

    init(
        name: String,
        _ options: OptionReader,
        registry: ConfigurationRegistry,
        directory: String,
        mark: RelayConfiguration.SourceLocation
    ) throws {
        self.name = name
        self.mark = mark
        transport = try options(Self.transport(registry.transports))
        format = try options(Self.format(registry.formats.map { $0.name }))
        let dialect = registry.format(format)
        media = try options(Self.media)
        keepsRaw = try options(Self.keepRaw)
        if keepsRaw, dialect?.keepsRaw != true {
            let able = registry.formats.filter { $0.keepsRaw }.map { $0.name }.sorted().joined(separator: ", ")
            throw options.fail(
                Self.keepRaw, "documents of the format \(format) cannot be kept with their events",
                help: "remove it; it is for \(able)")
        }
        session = try options(Self.session)
        path = try options(Self.path).map { SmallFiles.absolute($0, from: directory) }
        switch try options(Self.auth) {
        case .body(let field, let token) where field.isEmpty:
            guard let known = dialect?.secretField else {
                throw options.fail(
                    Self.auth,
                    "documents of the format \(format) carry no secret of their own",
                    help: "add field: the member of the body that has it"
                )
            }
            auth = .body(field: known, token: token)
        case let other:
            auth = other
        }
        if transport == "file", path == nil {
            throw options.fail("\(options.title) needs \"path\"", help: "add path: the file to read")
        }
        if transport != "file", options.isSet(Self.path) {
            throw options.fail(Self.path, "\"path\" is for transport: file only", help: "remove it")
        }
        if transport == "file" || transport == "stdin", options.isSet(Self.auth) {
            throw options.fail(Self.auth, "\"auth\" means nothing for transport: \(transport)", help: "remove it")
        }
        if let session, session.isEmpty {
            throw options.fail(Self.session, "\"session\" is empty", help: "name a session, or remove the option")
        }
    }
}
