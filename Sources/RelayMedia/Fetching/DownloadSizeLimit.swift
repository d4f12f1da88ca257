internal import RelayCore

/// The largest file that a fetch accepts.
struct DownloadSizeLimit: Sendable {
    /// Bytes of the plain file.
    let plain: Int64
    /// Bytes of the response, which may be encrypted.
    var body: Int64
    /// Which option sets it, for error messages.
    let option: String

    /// - Parameters:
    ///   - maxSize: the option `max_size` of the stage, in bytes.
    ///   - stored: the largest file that the media store can keep; nil: no limit.
    init(maxSize: Int, stored: Int64?) {
        let maxSize = Int64(maxSize)
        let quota = stored.flatMap { $0 < maxSize ? $0 : nil }
        plain = quota ?? maxSize
        body = plain
        option = quota == nil ? "max_size" : "media.quota"
    }

    /// The same limit for the encrypted form of the file.
    var encrypted: DownloadSizeLimit {
        var limit = self
        limit.body = EncryptedMediaSize.of(plain: plain)
        return limit
    }

    /// The error of a file that is larger.
    var exceeded: MediaError {
        MediaError(.tooLarge, "the file has more than the \(plain) bytes that \(option) allows")
    }
}
