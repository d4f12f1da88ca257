internal import Logging
internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelaySQLite

/// The store of a relay, open, with what is kept beside it.
struct OpenedStore: Sendable {
    /// The path of its file; the names of the files beside it begin with it.
    let path: String
    var store: any RelayStore { database }
    /// The key that signs media links.
    let mediaLinkKey: [UInt8]
    /// The accepted API keys.
    let keys: APIKeyring
    /// The API key that was generated because there was none. It is not in the store until ``keepNewKey()`` is called.
    let newKey: String?
    private let database: SQLiteStore
    private let clock: any RelayClock
    private let logger: Logger

    /// - Throws: ``StoreError``, with instructions for fixing it.
    init(
        _ configuration: RelayConfiguration,
        environment: [String: String],
        clock: any RelayClock,
        logger: Logger
    ) async throws {
        path = try Self.path(of: configuration.store)
        let secretKey = try CredentialEncryptionKey.load(
            file: path + ".key",
            environmentValue: environment["ZAPHUB_SECRET_KEY"],
            store: path
        )
        mediaLinkKey = secretKey.derived(for: "media links")
        database = try await SQLiteStore.open(path: path, secretKey: secretKey, clock: clock, logger: logger)
        (keys, newKey) = try await Self.keyring(database, environment: environment)
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

    /// Closes the database file. The store must not be used afterwards.
    func close() async {
        await database.close()
    }

    /// The key from the environment and those in the store. When there are none, a new key is generated.
    private static func keyring(
        _ store: any RelayStore,
        environment: [String: String]
    ) async throws -> (APIKeyring, newKey: String?) {
        var digests = try await store.apiKeyDigests()
        if let key = environment["ZAPHUB_API_KEY"], !key.isEmpty {
            digests.append(APIKeyring.digest(of: key))
            return (APIKeyring(digests: digests), nil)
        }
        guard digests.isEmpty else { return (APIKeyring(digests: digests), nil) }
        let key = APIKeyring.generate()
        return (APIKeyring(digests: [APIKeyring.digest(of: key)]), key)
    }

    private static func path(of store: RelayConfiguration.Store) throws -> String {
        switch store.url {
        case .sqlite(let path):
            return path
        case .postgres:
            throw StoreError(
                .unavailable,
                "This build has no PostgreSQL store. Write store.url: sqlite:data/zaphub.db in the configuration."
            )
        }
    }
}
