internal import Foundation
internal import Glibc
package import RelayCore
internal import RelayCrypto

extension CredentialEncryptionKey {
    /// Reads the key from the environment, else from its file, else makes a new one and keeps it in that file, which
    /// only its owner may read.
    /// - Parameters:
    ///   - path: the file: 32 bytes in base64 on one line.
    ///   - environmentValue: the same in an environment variable; it wins over the file.
    ///   - store: the store that it opens; where that exists, a fresh key could not, and none is made.
    /// - Throws: ``StoreError/Code/wrongKey`` when there is a key and it is none, or none to an existing store,
    ///   ``StoreError/Code/unavailable`` when the file cannot be read or made.
    package static func load(
        file path: String,
        environmentValue: String?,
        store: String
    ) throws(StoreError) -> CredentialEncryptionKey {
        if let environmentValue, !environmentValue.isEmpty {
            return try decode(environmentValue, from: "the environment")
        }
        if let text = try read(path) { return try decode(text, from: path) }
        guard access(store, F_OK) != 0 else {
            throw StoreError(
                .wrongKey,
                "the secret key \(path) is missing, and the store \(store) was made with one; put the file back, "
                    + "or set ZAPHUB_SECRET_KEY to its content"
            )
        }
        let text = Data(SecureRandom.bytes(count: byteCount)).base64EncodedString()
        guard try create(path, text: text + "\n") else {
            // Another process was first.
            guard let text = try read(path) else { throw failure("cannot read", path, ENOENT) }
            return try decode(text, from: path)
        }
        return try decode(text, from: path)
    }

    /// Reads the key of a store that several nodes share. It is never made here: each node would have another one.
    /// - Parameters:
    ///   - path: the file; nil: only the environment can have it.
    ///   - environmentValue: the key in an environment variable; it wins over the file.
    /// - Throws: ``StoreError/Code/wrongKey`` when there is none or it is none, ``StoreError/Code/unavailable`` when the
    ///   file cannot be read.
    package static func loadShared(
        file path: String?, environmentValue: String?
    ) throws(StoreError) -> CredentialEncryptionKey {
        if let environmentValue, !environmentValue.isEmpty {
            return try decode(environmentValue, from: "the environment")
        }
        guard let path else {
            throw StoreError(
                .wrongKey,
                "a PostgreSQL store needs the key that encrypts credentials, the same on every node: make one with "
                    + "openssl rand -base64 32, and give it in ZAPHUB_SECRET_KEY or in the file that store.key_file names"
            )
        }
        guard let text = try read(path) else {
            throw StoreError(
                .wrongKey,
                "store.key_file names \(path), and there is no such file; make one with: "
                    + "openssl rand -base64 32 > \(path)"
            )
        }
        return try decode(text, from: path)
    }

    private static func decode(_ text: String, from place: String) throws(StoreError) -> CredentialEncryptionKey {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let data = Data(base64Encoded: trimmed), data.count == byteCount else {
            throw StoreError(
                .wrongKey,
                "the secret key in \(place) is not 32 bytes in base64; make one with: openssl rand -base64 32"
            )
        }
        return try CredentialEncryptionKey(bytes: Array(data))
    }

    private static func read(_ path: String) throws(StoreError) -> String? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot read", path, errno)
        }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(file, &buffer, buffer.count)
        guard count >= 0 else { throw failure("cannot read", path, errno) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Writes a new file through to the disk: a key that a power cut takes away would take all credentials with it.
    /// Appears whole or not at all. False when the file is there already.
    private static func create(_ path: String, text: String) throws(StoreError) -> Bool {
        try StoreFileDirectory.create(containing: path)
        let draft = "\(path).\(getpid()).new"
        let file = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot create", draft, errno) }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let code = errno
        close(file)
        guard isWritten else { throw failure("cannot write", draft, code) }
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw failure("cannot create", path, errno)
        }
        StoreFileDirectory.sync(containing: path)
        return true
    }

    private static func failure(_ what: String, _ path: String, _ code: Int32) -> StoreError {
        StoreError(.unavailable, "\(what) the secret key's file \(path): \(String(cString: strerror(code)))")
    }
}
