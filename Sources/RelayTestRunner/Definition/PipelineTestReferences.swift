internal import RelayConfig

/// The names that a test may use, from the configuration and its pipeline.
struct PipelineTestReferences: Sendable {
    /// The sources; nil: any, for the reference and the schemas.
    var sources: [String]?
    /// The possible receivers of deliveries, `session` first.
    var destinations: [String]?
    /// The ids of the pipeline's stages.
    var stages: [String]?
}

extension OptionValueType where Value == String {
    /// A name from a set; any name when the set is not known.
    /// - Parameter what: the kind of name for error messages: `source`.
    static func name(among known: [String]?, what: String) -> OptionValueType {
        guard let known else { return .custom("a \(what)'s name", .text()) { try $0.text } }
        return .word(among: known, what: what)
    }
}
