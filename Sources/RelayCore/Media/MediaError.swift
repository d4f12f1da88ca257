/// Why a file could not be fetched, read or kept.
package struct MediaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A bounded set, fit for metric labels and for `payload.raw_media.error.reason`.
    package enum Reason: String, Sendable, CaseIterable {
        /// The message does not say enough to get the file.
        case incomplete
        /// The address is not one that files of this source come from.
        case notAllowed = "host_not_allowed"
        /// 403, 404 or 410: only the phone can upload it again.
        case gone
        /// The server answered with something else that is no file.
        case refused
        /// Larger than what is taken.
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
        /// The network or the server failed; another attempt may do.
        case unavailable
        /// It did not come in time.
        case timeout
        /// The storage has no room.
        case storageFull = "storage_full"
        /// The storage failed.
        case storage
        /// The storage does not have it any more.
        case notStored = "not_stored"
    }

    package let reason: Reason
    /// What happened and what to do, for people. Names no key, token or query.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// Whether the same request may succeed later.
    package var isRetryable: Bool {
        switch reason {
        case .unavailable, .timeout, .storageFull, .storage: true
        default: false
        }
    }

    package var description: String { "\(reason.rawValue): \(message)" }
}
