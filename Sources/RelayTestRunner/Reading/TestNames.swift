internal import RelayConfig

/// What a test may name: by the configuration and the pipeline that it belongs to.
struct TestNames: Sendable {
    /// Nil: whatever there is, for the reference and the schemas.
    var sources: [String]?
    /// What deliveries may go to, `session` first.
    var destinations: [String]?
    /// The ids of the pipeline's stages.
    var stages: [String]?
}

extension FieldType where Value == String {
    /// A word out of a set that may not be known here.
    /// - Parameter what: what the words name, as it stands in messages: `source`.
    static func name(among known: [String]?, what: String) -> FieldType {
        guard let known else { return .custom("a \(what)'s name", .text()) { try $0.text } }
        return .word(among: known, what: what)
    }
}
