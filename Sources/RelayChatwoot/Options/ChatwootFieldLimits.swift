/// What Chatwoot's columns hold, in Unicode scalars (reference chatwoot.md, 1.1).
enum ChatwootFieldLimits {
    /// Names, identifiers, file names.
    static let name = 255
    static let content = 150_000
    /// Of one custom attribute.
    static let attribute = 1500
    /// Of a quote that stands in for a reply which Chatwoot cannot resolve.
    static let quote = 300
}
