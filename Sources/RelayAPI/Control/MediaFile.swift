public import RelayCore

/// A stored file that somebody has the address of.
public struct MediaFile: Sendable {
    public let content: MediaContent
    /// As the sender declared it; nil when it did not.
    public let mimetype: String?

    public init(content: MediaContent, mimetype: String?) {
        self.content = content
        self.mimetype = mimetype
    }
}
