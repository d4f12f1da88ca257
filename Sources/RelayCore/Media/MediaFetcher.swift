/// Gets the files that messages refer to, verified and decrypted, into the relay's storage.
package protocol MediaFetcher: Sendable {
    /// Fetches a file, or joins the fetch of the same file that is under way.
    /// - Parameters:
    ///   - source: the name of the source that the message came in by; its `media:` options say where files may lie.
    ///   - session: the message's, for addresses that are told apart by it.
    func fetch(
        _ media: RawMedia,
        source: String,
        session: String,
        limits: MediaLimits
    ) async throws(MediaError) -> StoredMedia

    /// The address under which receivers get a stored file, and when it stops working.
    /// - Parameter reference: tells the file's name and type.
    func link(to media: StoredMedia, of reference: RawMedia) -> (url: String, expiresAt: Timestamp)
}

/// How much a fetch may cost.
package struct MediaLimits: Sendable, Hashable {
    /// Bytes of the plain file. Default 100 MiB.
    package var maxSize: Int
    /// How often each place that a file may be had from is tried at most. Default 3.
    package var attempts: Int
    /// For all of them together, waits included. Default 2 minutes.
    package var timeout: Duration

    package init(maxSize: Int = 100 << 20, attempts: Int = 3, timeout: Duration = .seconds(120)) {
        self.maxSize = maxSize
        self.attempts = attempts
        self.timeout = timeout
    }
}
