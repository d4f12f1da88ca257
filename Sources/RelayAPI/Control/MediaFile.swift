package import RelayCore

/// A stored file that somebody has the address of.
package struct MediaFile: Sendable {
    package let content: MediaContent
    /// As the sender declared it; nil when it did not.
    package let mimetype: String?

    package init(content: MediaContent, mimetype: String?) {
        self.content = content
        self.mimetype = mimetype
    }
}
