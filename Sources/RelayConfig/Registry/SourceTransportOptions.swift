package import RelayCore

/// The options of a transport, which receives documents. The transport itself is built from them in another module.
package protocol SourceTransportOptions: Sendable {
    /// The value of `transport:`.
    static var kind: String { get }
    /// A description of the transport: one sentence.
    static var summary: String { get }
    /// All options that the initializer reads, without those that all sources have. Default none.
    static var fields: [AnyOptionField] { get }
    /// Whether documents are posted to the source, at `/in/NAME`. Default false: the transport reads them itself.
    static var takesPosts: Bool { get }

    /// How callers are authenticated; nil when they are not. Default nil.
    var authentication: (any AuthenticationOptions)? { get }
    /// The input that the transport reads itself. Default nil.
    var input: LocalInput? { get }
    /// An input that no other source may read, as messages name it. Default nil.
    var exclusiveUse: String? { get }

    /// - Parameter format: the format of the source.
    /// - Throws: `options.fail(…)` for invalid options.
    init(_ options: OptionReader, format: any SourceFormat.Type) throws
}

extension SourceTransportOptions {
    package static var fields: [AnyOptionField] { [] }
    package static var takesPosts: Bool { false }

    /// The value of `transport:`.
    package var kind: String { Self.kind }
    /// Whether documents are posted to the source.
    package var takesPosts: Bool { Self.takesPosts }
    package var authentication: (any AuthenticationOptions)? { nil }
    package var input: LocalInput? { nil }
    package var exclusiveUse: String? { nil }
}

/// The input that a transport reads itself. A reload does not change it, and `zaphub doctor` checks its file.
package enum LocalInput: Sendable, Hashable {
    /// A standard stream of the process.
    case stream(String)
    /// A file, by its absolute path.
    case file(path: String)
}

/// The options of a kind of authentication.
package protocol AuthenticationOptions: Sendable {
    /// The value of `type:`.
    static var kind: String { get }
    /// A description of the authentication: one sentence.
    static var summary: String { get }
    /// All options that the initializer reads, without `type`.
    static var fields: [AnyOptionField] { get }

    /// The secret that the caller's own server generated, which checks can compare with the one that server reports.
    /// Default nil: the secret was generated elsewhere.
    var issuedSecret: String? { get }

    /// - Throws: `options.fail(…)` for invalid options.
    init(_ options: OptionReader) throws
}

extension AuthenticationOptions {
    package var issuedSecret: String? { nil }
}
