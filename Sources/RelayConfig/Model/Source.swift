package import RelayCore
internal import RelayJSON

extension RelayConfiguration {
    /// `sources: NAME:`, one source of documents.
    package struct Source: Sendable {
        package let name: String
        /// The transport that receives the documents, with its own options.
        package let transport: any SourceTransportOptions
        package let format: any SourceFormat.Type
        /// The session of documents that do not name one.
        package let session: String?
        /// Where the media files of its messages are downloaded from.
        package let media: SourceMedia
        /// Whether its events keep the document that they were read from.
        package let keepsRaw: Bool
        package let mark: SourceLocation
    }
}

/// The options that sources of every transport have.
struct CommonSourceOptions {
    let transport: OptionField<String>
    let format: OptionField<String>
    static let session = OptionField<String>(
        "session", "The session of documents that name none.", .sessionID
    ).optional
    static let media = OptionField<RelayConfiguration.SourceMedia>.section(
        "media",
        "Where the files of its messages are downloaded from.",
        title: "a source's media",
        fields: RelayConfiguration.SourceMedia.fields,
        default: RelayConfiguration.SourceMedia()
    ) { try RelayConfiguration.SourceMedia($0) }
    static let keepRaw = OptionField.bool(
        "keep_raw",
        "Whether the gateway's document is kept with each event, for destinations that take documents.",
        default: false
    )

    /// - Parameter registry: the transports and formats that may be named.
    init(_ registry: ConfigurationKindRegistry) {
        transport = OptionField(
            "transport", "How documents come in.", .word(among: registry.transports.map { $0.kind }, what: "transport"))
        format = OptionField(
            "format", "The dialect of the documents.", .word(among: registry.formats.map { $0.name }, what: "format"))
    }

    var fields: [AnyOptionField] {
        [
            AnyOptionField(transport), AnyOptionField(format), AnyOptionField(Self.session), AnyOptionField(Self.media),
            AnyOptionField(Self.keepRaw),
        ]
    }
}
