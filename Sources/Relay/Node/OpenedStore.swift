internal import Logging
internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayPostgres
internal import RelaySQL
internal import RelaySQLite

/// The store of a relay, open, with what is kept beside it.
struct OpenedStore: Sendable {
    /// Where it is, for people: the path of its file, or the URL of its database without the password.
    let name: String
    /// The beginning of the paths of the files that this node keeps beside the store.
    let path: String
    var store: any RelayStore { database }
    /// The key that signs media links.
    let mediaLinkKey: [UInt8]
    /// The accepted API keys.
    let keys: APIKeyring
    /// The API key that was generated because there was none. It is not in the store until ``keepNewKey()`` is called.
    let newKey: String?
    /// The nodes that share the store; nil: no other can.
    let nodes: (any NodeDirectory)?
    private let database: SQLStore
    /// The digest of the key from the environment; nil: it has none.
    private let apiKeyDigest: [UInt8]?
    private let clock: any RelayClock
    private let logger: Logger

    /// - Throws: ``StoreError``, with instructions for fixing it.
    init(
        _ configuration: RelayConfiguration,
        environment: [String: String],
        nodeName: String,
        configurationHash: @escaping @Sendable () -> String,
        postgres: PostgresStore.Configuration,
        clock: any RelayClock,
        logger: Logger
    ) async throws {
        let options = configuration.store
        let environmentKey = environment["ZAPHUB_SECRET_KEY"]
        let secretKey: CredentialEncryptionKey
        switch options.url {
        case .sqlite(let file):
            (name, path) = (file, file)
            secretKey = try CredentialEncryptionKey.load(
                file: options.keyFile ?? file + ".key", environmentValue: environmentKey, store: file)
            database = try await SQLiteStore.open(path: file, secretKey: secretKey, clock: clock, logger: logger)
            nodes = nil
        case .postgres(let url):
            let address = try PostgresAddress(url, isPooledByTransaction: options.pooling == .transaction)
            (name, path) = (address.description, options.directory + "/zaphub")
            try StoreFileDirectory.create(containing: path)
            secretKey = try CredentialEncryptionKey.loadShared(
                file: options.keyFile, environmentValue: environmentKey)
            let node = NodeIdentity(
                name: nodeName, startedAt: clock.wall, configuration: configurationHash)
            (database, nodes) = try await PostgresStore.open(
                address, secretKey: secretKey, clock: clock, node: node, logger: logger, configuration: postgres)
        }
        mediaLinkKey = secretKey.derived(for: "media links")
        apiKeyDigest = environment["ZAPHUB_API_KEY"].flatMap { $0.isEmpty ? nil : APIKeyring.digest(of: $0) }
        (keys, newKey) = try await Self.keyring(database, apiKeyDigest: apiKeyDigest)
        self.clock = clock
        self.logger = logger
    }

    /// Stores the digest of the new key. Called when the key can be displayed, so that a start that fails earlier does
    /// not store a key that nobody has seen.
    func keepNewKey() async {
        guard let newKey else { return }
        do {
            try await store.addAPIKey(digest: APIKeyring.digest(of: newKey), name: "first", at: clock.now)
        } catch {
            logger.error(
                "The API key could not be stored; it ends with this process", metadata: ["error": "\(error)"])
        }
    }

    /// Closes the store. It must not be used afterwards.
    func close() async {
        await database.close()
    }

    /// Leaves the work that has not begun to other nodes.
    func drain() async { await database.drain() }

    /// Other nodes may have changed webhooks, pauses or keys.
    var externalChanges: AsyncStream<Void> { database.externalChanges }

    /// Accepts the keys that the store has now: other nodes may have added some.
    func reloadKeys() async throws(StoreError) {
        keys.replace(with: try await Self.digests(database, apiKeyDigest: apiKeyDigest))
    }

    /// The key from the environment and those in the store. When there are none, a new key is generated.
    private static func keyring(
        _ store: any RelayStore, apiKeyDigest: [UInt8]?
    ) async throws(StoreError) -> (APIKeyring, newKey: String?) {
        let digests = try await digests(store, apiKeyDigest: apiKeyDigest)
        guard digests.isEmpty else { return (APIKeyring(digests: digests), nil) }
        let key = APIKeyring.generate()
        return (APIKeyring(digests: [APIKeyring.digest(of: key)]), key)
    }

    private static func digests(
        _ store: any RelayStore, apiKeyDigest: [UInt8]?
    ) async throws(StoreError) -> [[UInt8]] {
        try await store.apiKeyDigests() + (apiKeyDigest.map { [$0] } ?? [])
    }
}
