internal import RelayJQ
internal import Synchronization

/// The origin of configuration values, one file or one JSON document, and the mistakes found in it.
final class ConfigSourceDocument: Sendable {
    let path: String
    /// The lines of the file without line breaks; empty when there is no file.
    let lines: [String]
    /// How `${…}` is resolved; nil when it must not be resolved.
    let interpolation: VariableInterpolation?
    /// Validates the URL of a delivery: returns a description of the problem, or nil when the URL is allowed.
    let urlCheck: (@Sendable (String) -> String?)?
    /// What an evaluation of its expressions may use.
    let expressionBudget: JQBudget

    private struct Annotations {
        var issues: [ValueIssue] = []
        var secrets: Set<ConfigNodeLocation> = []
        /// Replacement texts for display, by the JSON pointer of the value.
        var concealed: [String: String] = [:]
    }
    private let state = Mutex(Annotations())

    init(
        path: String,
        lines: [String] = [],
        interpolation: VariableInterpolation? = nil,
        urlCheck: (@Sendable (String) -> String?)? = nil,
        expressionBudget: JQBudget = JQBudget()
    ) {
        self.path = path
        self.lines = lines
        self.interpolation = interpolation
        self.urlCheck = urlCheck
        self.expressionBudget = expressionBudget
    }

    func report(_ issue: ValueIssue) {
        state.withLock { $0.issues.append(issue) }
    }

    /// Masks a literal secret in the source lines of every diagnostic.
    func hide(_ location: ConfigNodeLocation) {
        state.withLock { _ = $0.secrets.insert(location) }
    }

    /// Replaces a value by a text wherever the configuration is shown.
    func conceal(_ pointer: String, as text: String) {
        state.withLock { $0.concealed[pointer] = text }
    }

    /// The replacement text of a value for display; nil when the value itself is shown.
    func concealed(_ pointer: String) -> String? {
        state.withLock { $0.concealed[pointer] }
    }

    var hasErrors: Bool {
        state.withLock { $0.issues.contains { $0.severity == .error } }
    }

    /// The issues in the order in which they were found.
    var issues: [ValueIssue] { state.withLock { $0.issues } }

    /// The diagnostics sorted by position, without duplicates.
    var diagnostics: [Diagnostic] {
        let state = state.withLock { $0 }
        var seen: Set<Diagnostic> = []
        return state.issues
            .sorted { ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column) }
            .map { diagnostic($0, hiding: state.secrets) }
            .filter { seen.insert($0).inserted }
    }

    /// A line with the literal secrets known so far masked; nil when there is no line with this number.
    func shownLine(_ number: Int) -> String? {
        shownLine(number, hiding: state.withLock { $0.secrets })
    }

    private func shownLine(_ number: Int, hiding secrets: Set<ConfigNodeLocation>) -> String? {
        guard number > 0, number <= lines.count else { return nil }
        var scalars = Array(lines[number - 1].unicodeScalars)
        for secret in secrets where secret.line == number {
            let end = min(scalars.count, secret.column - 1 + secret.length)
            for index in min(secret.column - 1, end)..<end { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private func diagnostic(_ issue: ValueIssue, hiding secrets: Set<ConfigNodeLocation>) -> Diagnostic {
        let location = issue.location
        return Diagnostic(
            severity: issue.severity,
            code: issue.code,
            file: path,
            line: location.line,
            column: location.column,
            message: issue.message,
            help: issue.help,
            sourceLine: shownLine(location.line, hiding: secrets),
            length: max(1, location.length)
        )
    }
}

/// The position of a value or a key.
struct ConfigNodeLocation: Sendable, Hashable {
    /// The line, from 1; 0 when there is no line.
    var line = 0
    var column = 0
    var length = 1
    /// The path from the root of the document, as a JSON pointer.
    var pointer = ""
}

/// A mistake that has not been rendered yet.
struct ValueIssue: Sendable {
    var severity: Diagnostic.Severity = .error
    var code = DiagnosticCode.invalidValue
    var origin: ConfigSourceDocument
    var location: ConfigNodeLocation
    var message: String
    var help: String?
}

/// An error that carries mistakes to the code that collects them. Empty only for a value that is unknown, in which
/// nothing is wrong.
struct ValueIssuesError: Error {
    var list: [ValueIssue]

    /// Runs a closure for each element and throws all mistakes together.
    static func collect<Element, Result>(
        _ elements: some Sequence<Element>,
        _ body: (Element) throws -> Result
    ) throws -> [Result] {
        var results: [Result] = []
        var issues: [ValueIssue] = []
        for element in elements {
            do {
                results.append(try body(element))
            } catch let found as ValueIssuesError {
                issues += found.list
            }
        }
        if !issues.isEmpty { throw ValueIssuesError(list: issues) }
        return results
    }

    func report() {
        for issue in list { issue.origin.report(issue) }
    }
}

/// Collects the mistakes in several parts of one value.
struct ValueIssueCollector {
    private(set) var list: [ValueIssue] = []
    /// The node at which an error without a position is reported.
    private let node: ConfigNode

    init(_ node: ConfigNode) {
        self.node = node
    }

    @discardableResult
    mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch let issues as ValueIssuesError {
            list += issues.list
        } catch {
            list += node.issues("\(error)").list
        }
        return nil
    }

    mutating func add(_ issues: ValueIssuesError) {
        list += issues.list
    }

    /// Returns the value, or throws the collected mistakes.
    func finish<Value>(_ value: Value?) throws -> Value {
        guard list.isEmpty, let value else { throw ValueIssuesError(list: list) }
        return value
    }
}
