/// The lengths of Chatwoot's columns in Unicode scalars (reference chatwoot.md, 1.1).
enum ChatwootFieldLimits {
    /// Names, identifiers, file names.
    static let name = 255
    static let content = 150_000
    /// The length of one custom attribute.
    static let attribute = 1500
    /// The length of a quote that replaces a reply which Chatwoot cannot resolve.
    static let quote = 300
}
