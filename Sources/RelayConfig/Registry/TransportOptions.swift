package import RelayCore

/// How a transport is configured: one way for documents to come in. What it makes of a source is declared where
/// transports are.
package protocol TransportOptions: Sendable {
    /// The word in `transport:`.
    static var kind: String { get }
    /// How documents come in: one sentence.
    static var summary: String { get }
    /// Every option that the initializer reads, without those that all sources have. Default none.
    static var fields: [AnyField] { get }
    /// Whether documents are posted to the source, at `/in/NAME`. Default no: it reads them by itself.
    static var takesPosts: Bool { get }

    /// How callers prove themselves; nil, as by default: they need not.
    var authentication: (any AuthenticationOptions)? { get }
    /// What it reads by itself. Default nothing.
    var input: TransportInput? { get }
    /// What no other source may read as well, as messages name it. Default nothing.
    var exclusiveUse: String? { get }

    /// - Parameter format: the source's.
    /// - Throws: `options.fail(…)` for what is wrong.
    init(_ options: OptionReader, format: any EventFormat.Type) throws
}

extension TransportOptions {
    package static var fields: [AnyField] { [] }
    package static var takesPosts: Bool { false }

    /// The word in `transport:`.
    package var kind: String { Self.kind }
    /// Whether documents are posted to the source.
    package var takesPosts: Bool { Self.takesPosts }
    package var authentication: (any AuthenticationOptions)? { nil }
    package var input: TransportInput? { nil }
    package var exclusiveUse: String? { nil }
}

/// What a transport reads by itself. A reload does not change it, and a check looks at files beforehand.
package enum TransportInput: Sendable, Hashable {
    /// A stream that the process was started with.
    case stream(String)
    /// A file, by its absolute path.
    case file(path: String)
}

/// How a kind of authentication is configured: what a caller must show.
package protocol AuthenticationOptions: Sendable {
    /// The word in `type:`.
    static var kind: String { get }
    /// How a caller proves itself: one sentence.
    static var summary: String { get }
    /// Every option that the initializer reads, without `type`.
    static var fields: [AnyField] { get }

    /// The secret that the caller's own server has made, which checks can compare with what the server shows. Default
    /// nil: it was made elsewhere.
    var issuedSecret: String? { get }

    /// - Throws: `options.fail(…)` for what is wrong.
    init(_ options: OptionReader) throws
}

extension AuthenticationOptions {
    package var issuedSecret: String? { nil }
}
