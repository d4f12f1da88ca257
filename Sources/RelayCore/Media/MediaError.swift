/// Why a file could not be fetched, read or kept.
package struct MediaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A bounded set, fit for metric labels and for `payload.raw_media.error.reason`.
    package enum Code: String, Sendable, CaseIterable {
        /// The message does not say enough to get the file.
        case incomplete
        /// The gateway reports that it could not download the file, or sent it in a form that cannot be read.
        case gatewayError = "gateway_error"
        /// The URL is not on a server that this source allows.
        case notAllowed = "host_not_allowed"
        /// 403, 404 or 410: only the phone can upload it again.
        case gone
        /// The server answered with something else than the file.
        case refused
        /// Larger than the limit.
        case tooLarge = "too_large"
        /// No encrypted file has this length: a proxy changed it, or the download was cut off.
        case badLength = "bad_length"
        /// The encrypted file is not the one that the sender named.
        case encryptedHashMismatch = "encrypted_hash_mismatch"
        /// No kind's keys fit: the file was changed, or the media key belongs to another one.
        case macMismatch = "mac_mismatch"
        case badPadding = "bad_padding"
        /// The decrypted file is not the one that the sender named.
        case hashMismatch = "hash_mismatch"
        /// The network or the server failed; another attempt may succeed.
        case unavailable
        /// The time limit passed.
        case timeout
        /// The storage is full.
        case storageFull = "storage_full"
        /// The storage failed.
        case storage
        /// The storage does not have it any more.
        case notStored = "not_stored"
    }

    package let code: Code
    /// What happened and what to do, for people. Names no key, token or query.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same request may succeed later.
    package var isRetryable: Bool {
        switch code {
        case .unavailable, .timeout, .storageFull, .storage: true
        default: false
        }
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
