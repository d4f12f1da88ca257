package import RelayCore

/// A stored file, requested by its signed URL.
package struct ServedMediaFile: Sendable {
    package let content: StoredMediaStream
    /// The type that the sender declared; nil when there is none.
    package let mimetype: String?

    package init(content: StoredMediaStream, mimetype: String?) {
        self.content = content
        self.mimetype = mimetype
    }
}
