package import RelayCore
internal import RelayJSON

extension RelayConfiguration {
    /// `store:`, the database that holds all persistent data.
    package struct Store: Sendable, Hashable {
        package enum Location: Sendable, Hashable {
            /// The absolute path of a file.
            case sqlite(path: String)
            /// A connection URL in the syntax of libpq.
            case postgres(url: String)
        }

        /// How a connection pooler in front of PostgreSQL lends its connections.
        package enum Pooling: String, Sendable, CaseIterable {
            /// For as long as the client is connected, or there is no pooler. Default.
            case session
            /// For one transaction: no prepared statements, and no notifications.
            case transaction
        }

        package let url: Location
        /// The absolute path of the file with the key that encrypts credentials; nil: beside the store's file, or in
        /// the environment.
        package let keyFile: String?
        package let pooling: Pooling
        /// The absolute path of the folder for files that a node keeps beside a PostgreSQL database.
        package let directory: String
        package let retention: RetentionPeriods
    }
}

extension RelayConfiguration.Store {
    static let url = OptionField<String>(
        "url",
        "The store: sqlite:PATH, or postgres://user@host/database.",
        .storeURL,
        default: "sqlite:data/zaphub.db"
    )
    static let keyFile = OptionField.path(
        "key_file",
        "The file with the key that encrypts credentials: 32 bytes in base64. SQLite's default is beside its file."
    ).optional
    static let pooling = OptionField.enumeration(
        "pooling",
        "How a pooler such as pgbouncer in front of PostgreSQL lends its connections: for a session or for a transaction.",
        of: RelayConfiguration.Store.Pooling.self, default: .session)
    static let directory = OptionField<String>(
        "directory",
        "The folder for files that a node keeps beside a PostgreSQL database: marks of running events, positions in files.",
        .string, default: "data")
    static let retention = OptionField<RetentionPeriods>.section(
        "retention",
        "How long data is kept.",
        fields: RetentionPeriods.fields,
        default: RetentionPeriods()
    ) { try RetentionPeriods($0) }
    static let fields = [
        AnyOptionField(url), AnyOptionField(keyFile), AnyOptionField(pooling), AnyOptionField(directory),
        AnyOptionField(retention),
    ]

    init(_ options: OptionReader, directory: String) throws {
        let text = try options(Self.url)
        url =
            text.hasPrefix("sqlite:")
            ? .sqlite(path: BoundedFileReader.absolute(String(text.dropFirst(7)), from: directory))
            : .postgres(url: text)
        keyFile = try options(Self.keyFile)
        pooling = try options(Self.pooling)
        self.directory = BoundedFileReader.absolute(try options(Self.directory), from: directory)
        retention = try options(Self.retention)
    }
}

extension RetentionPeriods {
    private static let defaults = RetentionPeriods()
    static let deliveredField = OptionField.duration(
        "delivered",
        "How long delivered and cancelled deliveries are kept, and events that have no other deliveries.",
        default: defaults.delivered
    )
    static let deadField = OptionField.duration("dead", "How long dead letters are kept.", default: defaults.dead)
    static let messagesField = OptionField.duration(
        "messages",
        "How long message history is kept.",
        default: defaults.messages
    )
    static let dedupField = OptionField.duration(
        "dedup",
        "How long a repeated event is recognised.",
        default: defaults.dedup
    )
    static let fields = [
        AnyOptionField(deliveredField), AnyOptionField(deadField), AnyOptionField(messagesField),
        AnyOptionField(dedupField),
    ]

    init(_ options: OptionReader) throws {
        self.init(
            delivered: try options(Self.deliveredField),
            dead: try options(Self.deadField),
            messages: try options(Self.messagesField),
            dedup: try options(Self.dedupField)
        )
    }
}

extension OptionValueType where Value == String {
    static var storeURL: OptionValueType {
        let name = "sqlite:PATH or postgres://user@host/database"
        return OptionValueType(
            name, .text(pattern: "^(sqlite:.|postgres(ql)?://)"), show: { .string(scrubbedStoreURL($0)) }
        ) { node in
            let text = try node.text(expected: name)
            if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
                node.hide()
                return text
            }
            guard text.hasPrefix("sqlite:") else {
                let isPath = text.hasSuffix(".db") || text.hasSuffix(".sqlite")
                throw node.mismatch(name, help: isPath ? "write sqlite: before the path" : nil)
            }
            let path = text.dropFirst(7)
            guard !path.isEmpty, path != ":memory:", !path.hasPrefix("//"), !path.contains("\0") else {
                throw node.issues("\"\(node.label)\" names no file", help: "write sqlite:data/zaphub.db")
            }
            return text
        }
    }

    private static func scrubbedStoreURL(_ text: String) -> String {
        guard !text.hasPrefix("sqlite:"), let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { !"/?".contains($0) }
        var tail = rest[authority.endIndex...]
        if let query = tail.firstIndex(of: "?") { tail = tail[..<query] + "?***" }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return String(text[..<scheme.upperBound] + authority + tail)
        }
        return String(text[..<scheme.upperBound] + authority[..<colon] + ":***" + authority[at...] + tail)
    }
}
