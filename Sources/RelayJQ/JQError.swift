package import RelayJSON

/// Why a jq expression cannot be used, or failed on an event.
///
/// The message never contains a value of the event. It can contain text of the expression.
package struct JQError: Error, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// The text is not the grammar of jq.
        case syntax
        /// A function, variable, label or format that does not exist, or a wrong number of arguments.
        case unknownName
        /// An assignment where a condition stands.
        case assignment
        /// A regular expression that is not valid or not supported.
        case regularExpression
        /// An operation on a value that it does not apply to.
        case value
        /// The expression called `error`.
        case raised
        /// The evaluation exceeded its budget.
        case budget
        /// The evaluation was cancelled.
        case cancelled
    }

    package let code: Code
    /// What is wrong, for humans.
    package let message: String
    /// The position in the expression's source, in UTF-8 bytes from its start; `nil` for failures at run time.
    package let offset: Int?
    /// The value that the expression gave to `error`. It can come from the event, so it does not belong in a log.
    package let raised: JSON?

    package var description: String { message }

    package init(code: Code = .value, message: String, offset: Int? = nil, raised: JSON? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
        self.raised = raised
    }
}
