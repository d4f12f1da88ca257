package import RelayCore

/// A stored file, requested by its signed URL.
package struct ServedMediaFile: Sendable {
    package let content: StoredMediaStream
    /// The type that the sender declared; nil when there is none.
    package let mimetype: String?
    /// Whether a browser may show the file, if its type allows it (`media.inline`).
    package let mayBeShown: Bool

    package init(content: StoredMediaStream, mimetype: String?, mayBeShown: Bool = false) {
        self.content = content
        self.mimetype = mimetype
        self.mayBeShown = mayBeShown
    }
}
