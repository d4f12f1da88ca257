internal import RelayCore

extension CredentialEncryptionKey {
    private static let place = "meta/key_check/value"
    private static let known = Array("zaphub".utf8)

    /// Makes sure that this is the key that the store was made with; a new store remembers it.
    package func check(in database: SQLConnection, store: String) throws {
        let sealed = try database.prepared("SELECT value FROM meta WHERE key = 'key_check'").first { $0.bytes(0) }
        guard let sealed else {
            try database.run(
                "INSERT INTO meta (key, value) VALUES ('key_check', ?)", .blob(seal(Self.known, for: Self.place)))
            return
        }
        guard (try? open(sealed, for: Self.place)) == Self.known else {
            throw StoreError(
                .wrongKey,
                """
                the secret key is not the one that the store \(store) was made with: put back the key's file or \
                variable that was there before; without it the webhooks' options and secrets cannot be read
                """
            )
        }
    }

    /// Whether this is the key that the store was made with; nil: the store does not know its key. Nothing is written.
    package func isKey(of database: SQLConnection) throws -> Bool? {
        try database.prepared("SELECT value FROM meta WHERE key = 'key_check'").first { $0.bytes(0) }
            .map { (try? open($0, for: Self.place)) == Self.known }
    }
}
