package import RelayJSON

/// The syntax tree of an expression.
package struct JQExpression: Sendable {
    package indirect enum Kind: Sendable {
        /// `.`
        case identity
        /// `..`
        case recurse
        /// A number, `null`, `true`, `false`, or a string without interpolation.
        case literal(JSON)
        /// A string with interpolations; `format` is the name after `@`.
        case string(format: String?, [StringPart])
        /// `@name` alone.
        case format(String)
        case variable(String)
        /// `a.b`, `a["b"]`, `a[b]`; `isOptional` when `?` follows.
        case index(JQExpression, JQExpression, isOptional: Bool)
        /// `a[b:c]`
        case slice(JQExpression, from: JQExpression?, to: JQExpression?, isOptional: Bool)
        /// `a[]`
        case iterate(JQExpression, isOptional: Bool)
        case pipe(JQExpression, JQExpression)
        case comma(JQExpression, JQExpression)
        case negate(JQExpression)
        case operation(Operator, JQExpression, JQExpression)
        case assignment(Assignment, JQExpression, JQExpression)
        /// `if a then b elif c then d else e end`
        case condition([(test: JQExpression, then: JQExpression)], otherwise: JQExpression?)
        case attempt(JQExpression, handler: JQExpression?)
        case reduce(JQExpression, [Pattern], initial: JQExpression, update: JQExpression)
        case foreach(JQExpression, [Pattern], initial: JQExpression, update: JQExpression, extract: JQExpression?)
        /// `a as $x | b`; more than one pattern for `?//`.
        case bind(JQExpression, [Pattern], body: JQExpression)
        case label(String, JQExpression)
        case leave(String)
        case define(Definition, JQExpression)
        case array(JQExpression?)
        case object([Member])
        case call(String, [JQExpression])
    }

    package enum Operator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and
        case or
        case alternative = "//"
    }

    package enum Assignment: Sendable {
        /// `=`
        case set
        /// `|=`
        case update
        /// `+=`, `//=` and so on.
        case compute(Operator)
    }

    package enum StringPart: Sendable {
        case text(String)
        case program(JQExpression)
    }

    package struct Member: Sendable {
        package var key: JQExpression
        package var value: JQExpression
    }

    /// The left side of `as`.
    package indirect enum Pattern: Sendable {
        case variable(String)
        case array([Pattern])
        case object([(key: JQExpression, variable: String?, value: Pattern?)])
    }

    package struct Definition: Sendable {
        package var name: String
        /// `$name` for parameters that are values.
        package var parameters: [String]
        package var body: JQExpression
        package var offset: Int
    }

    package var kind: Kind
    /// The position in the source, in UTF-8 bytes from its start: of the operator for operations, else of the start.
    package var offset: Int
}
