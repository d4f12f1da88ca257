/// A token of an expression.
struct JQToken: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// An operator or a bracket, as written.
        case sign(String)
        /// `name`, a function's name or a keyword.
        case name(String)
        /// `.name`
        case field(String)
        /// `$name`
        case variable(String)
        /// `@name`
        case format(String)
        /// A number as written.
        case number(String)
        /// A string: literal texts and interpolated programs, each as tokens.
        case string([Part])
        case end
    }

    enum Part: Equatable, Sendable {
        case text(String)
        /// The tokens between `\(` and `)`, without an `end`; the offset is that of the closing parenthesis.
        case program([JQToken], end: Int)
    }

    var kind: Kind
    /// The position in UTF-8 bytes from the start of the source.
    var offset: Int
    /// The position after the token.
    var end: Int

    /// The token as a message shows it.
    var shown: String {
        switch kind {
        case .sign(let text), .name(let text), .number(let text): "`\(text)`"
        case .field(let name): "`.\(name)`"
        case .variable(let name): "`$\(name)`"
        case .format(let name): "`@\(name)`"
        case .string: "a string"
        case .end: "end of the expression"
        }
    }
}
