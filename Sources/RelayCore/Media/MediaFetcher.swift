/// Gets the files that messages refer to, verified and decrypted, into the relay's storage.
package protocol MediaFetcher: Sendable {
    /// Fetches a file, or joins the fetch of the same file that is under way.
    /// - Parameters:
    ///   - source: the name of the source that accepted the message; its `media:` options say from which servers files
    ///     may come.
    ///   - session: the message's, for URLs that contain it.
    ///   - priority: who waits for the file.
    func fetch(
        _ media: RawMediaReference,
        source: String,
        session: String,
        limits: MediaFetchLimits,
        priority: MediaFetchPriority
    ) async throws(MediaError) -> StoredMedia

    /// The URL from which receivers get a stored file, and when it expires.
    /// - Parameter reference: has the file's name and type.
    func link(to media: StoredMedia, of reference: RawMediaReference) -> (url: String, expiresAt: Timestamp)
}

extension MediaFetcher {
    /// Fetches a file for which a message waits.
    package func fetch(
        _ media: RawMediaReference,
        source: String,
        session: String,
        limits: MediaFetchLimits
    ) async throws(MediaError) -> StoredMedia {
        try await fetch(media, source: source, session: session, limits: limits, priority: .fresh)
    }
}

/// Who waits for a file.
package enum MediaFetchPriority: Sendable, Hashable {
    /// A message, and its chat with it.
    case fresh
    /// Nobody: the message was sent without its file. Such downloads yield to fresh ones.
    case late
}

/// The limits of a fetch.
package struct MediaFetchLimits: Sendable, Hashable {
    /// Bytes of the plain file. Default 100 MiB.
    package var maxSize: Int
    /// How often each location of a file is tried at most. Default 3.
    package var attempts: Int
    /// For all attempts together, waits included. Default 2 minutes.
    package var timeout: Duration

    package init(maxSize: Int = 100 << 20, attempts: Int = 3, timeout: Duration = .seconds(120)) {
        self.maxSize = maxSize
        self.attempts = attempts
        self.timeout = timeout
    }
}
