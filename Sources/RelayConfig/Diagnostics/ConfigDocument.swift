internal import Synchronization

/// Where values come from: one file, or one JSON document; and the mistakes found in it.
final class ConfigDocument: Sendable {
    let path: String
    /// The file's lines without their breaks; empty when there is no file.
    let lines: [String]
    /// How `${…}` is resolved; nil where it must not be.
    let interpolation: VariableInterpolation?
    /// What is wrong with an address that deliveries would go to; nil when nothing is.
    let urlCheck: (@Sendable (String) -> String?)?

    private struct State {
        var issues: [ValueIssue] = []
        var secrets: Set<NodeLocation> = []
        /// What is shown instead of a value, by its JSON pointer.
        var concealed: [String: String] = [:]
    }
    private let state = Mutex(State())

    init(
        path: String,
        lines: [String] = [],
        interpolation: VariableInterpolation? = nil,
        urlCheck: (@Sendable (String) -> String?)? = nil
    ) {
        self.path = path
        self.lines = lines
        self.interpolation = interpolation
        self.urlCheck = urlCheck
    }

    func report(_ issue: ValueIssue) {
        state.withLock { $0.issues.append(issue) }
    }

    /// Blots out a literal secret in the source lines of every diagnostic.
    func hide(_ place: NodeLocation) {
        state.withLock { _ = $0.secrets.insert(place) }
    }

    /// Puts a text in the place of a value wherever the configuration is shown.
    func conceal(_ pointer: String, as text: String) {
        state.withLock { $0.concealed[pointer] = text }
    }

    /// What is shown instead of a value; nil: the value itself.
    func concealed(_ pointer: String) -> String? {
        state.withLock { $0.concealed[pointer] }
    }

    var hasErrors: Bool {
        state.withLock { $0.issues.contains { $0.severity == .error } }
    }

    /// What was found, in the order in which it was.
    var issues: [ValueIssue] { state.withLock { $0.issues } }

    /// What was found, by place, each once.
    var diagnostics: [Diagnostic] {
        let state = state.withLock { $0 }
        var seen: Set<Diagnostic> = []
        return state.issues
            .sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
            .map { diagnostic($0, hiding: state.secrets) }
            .filter { seen.insert($0).inserted }
    }

    /// A line without the literal secrets that are known so far; nil when there is none of that number.
    func shownLine(_ number: Int) -> String? {
        shownLine(number, hiding: state.withLock { $0.secrets })
    }

    private func shownLine(_ number: Int, hiding secrets: Set<NodeLocation>) -> String? {
        guard number > 0, number <= lines.count else { return nil }
        var scalars = Array(lines[number - 1].unicodeScalars)
        for secret in secrets where secret.line == number {
            let end = min(scalars.count, secret.column - 1 + secret.length)
            for index in min(secret.column - 1, end)..<end { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private func diagnostic(_ issue: ValueIssue, hiding secrets: Set<NodeLocation>) -> Diagnostic {
        let place = issue.place
        return Diagnostic(
            severity: issue.severity,
            code: issue.code,
            file: path,
            line: place.line,
            column: place.column,
            message: issue.message,
            help: issue.help,
            sourceLine: shownLine(place.line, hiding: secrets),
            length: max(1, place.length)
        )
    }
}

/// Where a value or a key stands.
struct NodeLocation: Sendable, Hashable {
    /// From 1; 0 when there is no line.
    var line = 0
    var column = 0
    var length = 1
    /// The way from the document's root, as a JSON pointer.
    var pointer = ""
}

/// A mistake before it is rendered.
struct ValueIssue: Sendable {
    var severity: Diagnostic.Severity = .error
    var code = DiagnosticCode.invalidValue
    var origin: ConfigDocument
    var place: NodeLocation
    var message: String
    var help: String?
}

/// Mistakes on their way to whoever collects them. Empty only for a value that is not known, of which nothing is wrong.
struct ValueIssuesError: Error {
    var list: [ValueIssue]

    /// Runs a body for each element and throws everything that was wrong together.
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

/// Gathers what is wrong with several parts of one thing.
struct IssueCollector {
    private(set) var list: [ValueIssue] = []
    /// Where an error without a place is reported.
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

    /// The value when nothing was wrong.
    func finish<Value>(_ value: Value?) throws -> Value {
        guard list.isEmpty, let value else { throw ValueIssuesError(list: list) }
        return value
    }
}
