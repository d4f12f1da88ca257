/// The reason why a configuration cannot be used: all mistakes of all files by file and position, including warnings.
package struct InvalidConfigurationError: Error, CustomStringConvertible {
    package let diagnostics: [Diagnostic]

    package init(diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    /// All mistakes in readable form, and a last line with their number.
    package var description: String {
        let warnings = diagnostics.count { $0.severity == .warning }
        let errors = diagnostics.count - warnings
        let total = "\(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")"
        return (diagnostics.map(\.description) + [total]).joined(separator: "\n")
    }
}

/// The reason why options given as JSON are rejected: all mistakes together.
package struct InvalidOptionsError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Mistake: Sendable, Hashable {
        /// The mistake and how to fix it, for display.
        package let message: String
        /// The JSON pointer (RFC 6901) of the value in the options; empty for the whole.
        package let pointer: String

        package init(message: String, pointer: String) {
            self.message = message
            self.pointer = pointer
        }
    }

    package let mistakes: [Mistake]

    package init(mistakes: [Mistake]) {
        self.mistakes = mistakes
    }

    package var description: String {
        mistakes.map { "\($0.message) (at \($0.pointer.isEmpty ? "/" : $0.pointer))" }.joined(separator: "\n")
    }
}

extension InvalidOptionsError.Mistake {
    init(_ issue: ValueIssue) {
        self.init(
            message: issue.message + (issue.help.map { "; \($0)" } ?? ""), pointer: issue.location.pointer)
    }
}
