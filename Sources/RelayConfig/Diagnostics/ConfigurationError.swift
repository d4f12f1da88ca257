/// Why a configuration cannot be used: every mistake of every file at once, by file and place, warnings included.
public struct ConfigurationError: Error, CustomStringConvertible {
    public let diagnostics: [Diagnostic]

    public init(diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    /// All mistakes as people read them, and a last line with their number.
    public var description: String {
        let warnings = diagnostics.count { $0.severity == .warning }
        let errors = diagnostics.count - warnings
        let total = "\(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")"
        return (diagnostics.map(\.description) + [total]).joined(separator: "\n")
    }
}

/// Why options given as JSON are not accepted.
public struct InvalidOption: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to write instead, for people.
    public let message: String
    /// Where, as a JSON pointer (RFC 6901) into the options; empty for the whole.
    public let pointer: String

    public init(message: String, pointer: String) {
        self.message = message
        self.pointer = pointer
    }

    public var description: String { "\(message) (at \(pointer.isEmpty ? "/" : pointer))" }
}
